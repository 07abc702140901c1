"""The parameters of the part "The tutorial", chapters 01 to 06."""

from helpers.parameters.fields import batch_sizes, whole
from helpers.parameters.shared import (
    BatchSize,
    Blobs,
    HiddenUnits,
    LearningRate,
    OneFlavour,
    Training,
)


class Dataset(Blobs):
    """Chapter 01."""

    hidden_units: HiddenUnits
    batch_size: BatchSize
    new_samples: whole(1000, 10_000_000, "fresh samples on which the Bayes rule is scored")


class SmallerLearningRate(OneFlavour):
    """Chapter 04."""

    batch_learning_rate: LearningRate


class Minibatch(SmallerLearningRate):
    """Chapter 05."""

    batch_size: BatchSize
    stochastic_learning_rate: LearningRate

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        problems = super().conflicts()
        ratio = self.learning_rate / self.stochastic_learning_rate
        if not 1 <= round(ratio) <= self.n_train:  # the size of a batch with the same ratio
            problems.append(
                f"learning_rate must be 1 to {self.n_train} (the number of training samples) times "
                f"stochastic_learning_rate, got {ratio:g} times"
            )
        return problems


class Sweep(Training):
    """Chapter 06."""

    batch_sizes: batch_sizes(2, "batch sizes")
