"""The parameters of the part "What a batch buys", chapters 12 to 17."""

from typing import ClassVar

from helpers.parameters.fields import (
    Parameters,
    batch_sizes,
    choice,
    learning_rates,
    real,
    too_large,
    whole,
)
from helpers.parameters.shared import (
    BatchSize,
    Blobs,
    DigitsSeed,
    Epochs,
    FitEpochs,
    HiddenUnits,
    LastEpochs,
    LearningRate,
    Momentum,
    OneFlavour,
    Repeats,
    SampleGradients,
    TargetAccuracy,
)


class FromScratch(Blobs):
    """Chapter 12."""

    n_samples: whole(40, 20_000, "samples of the classes; half of them train")
    hidden_units: HiddenUnits
    batch_size: BatchSize
    learning_rate: LearningRate
    epochs: Epochs
    passes: whole(10, 100_000, "passes over the samples of the line")
    limit_share: real(0.001, 1, "learning rate of the sine over the largest stable one")
    escape_passes: whole(1, 10_000, "passes over the samples of the sine")


class GradientNoise(SampleGradients):
    """Chapter 13."""

    MOMENTS: ClassVar[int] = 2  # in the middle and at the end of training

    batch_size: BatchSize
    draws: whole(20, 1000, "batches drawn of each size")


class CriticalBatchSize(Blobs):
    """Chapter 14."""

    n_samples: whole(20, 20_000, "samples of the data set; the first half trains")
    hidden_units: whole(1, 1000, "units of the hidden layer")
    batch_sizes: batch_sizes(2, "batch sizes whose updates are counted")
    learning_rates: learning_rates(2, "learning rates tried at every batch size")
    target_loss: real(0.001, 100, "test loss to reach")
    most_updates: whole(50, 100_000, "updates after which a run gives up")
    batch_size: BatchSize
    learning_rate: LearningRate
    momentum: Momentum
    epochs: Epochs


class MemoryAndTime(Blobs):
    """Chapter 15."""

    hidden_units: HiddenUnits
    batch_sizes: batch_sizes(2, "batch sizes on the tutorial's problem")
    learning_rate: LearningRate
    momentum: Momentum
    epochs: Epochs
    target_accuracy: TargetAccuracy
    wide_units: whole(1, 4096, "units of each hidden layer of the larger network")
    n_wide: whole(256, 1_000_000, "training samples of the larger network")
    wide_batch_sizes: batch_sizes(2, "batch sizes on the larger network")
    memory_gib: real(0.1, 10_000, "memory to fill, in GiB")
    repeats: Repeats

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        wide = too_large("wide_batch_sizes", self.wide_batch_sizes, self.n_wide)
        return super().conflicts() + wide


class LeNet(Parameters):
    """Chapter 16."""

    TRAINING_IMAGES: ClassVar[dict[str, int]] = {"digits": 896, "mnist": 60_000}

    dataset: choice("digits", "mnist", meaning="the images")
    data_seed: DigitsSeed
    max_train: whole(20, 60_000, "most images to train on")
    batch_sizes: batch_sizes(2, "batch sizes")
    learning_rate: LearningRate
    momentum: Momentum
    epochs: Epochs
    fit_epochs: FitEpochs
    last_epochs: LastEpochs
    target_accuracy: TargetAccuracy

    @property
    def n_train(self) -> int:
        """Number of training images, if the file of MNIST is the original one."""
        return min(self.max_train, self.TRAINING_IMAGES[self.dataset])


class FullBatch(OneFlavour):
    """Chapter 17."""

    epochs: whole(12, 100_000, "passes over the training set")
    batch_size: whole(2, 500_000, "samples of a minibatch")
    rms_learning_rate: LearningRate
    initial_step: real(1e-6, 50, "first step size of every weight, by Rprop")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        problems = super().conflicts()
        if self.batch_size == self.n_train:
            problems.append(
                f"batch_size must be below {self.n_train} (the number of training samples, which "
                f"is the full batch), got {self.batch_size}"
            )
        return problems
