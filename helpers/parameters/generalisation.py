"""The parameters of the part "Where it ends", chapters 18 and 19."""

from typing import ClassVar

from helpers.parameters.fields import Parameters, batch_sizes, learning_rates, real, whole
from helpers.parameters.shared import Epochs, FitEpochs, LastEpochs, Momentum, TuningSeeds


class Generalisation(Parameters):
    """Chapter 18."""

    SMALL: ClassVar[int] = 32  # batches up to this size count as small when all are tuned
    FITTED: ClassVar[float] = 0.98  # training accuracy from which a network has fitted its images

    max_train: whole(40, 800, "images to train on; as many others are held out")
    data_seed: whole(0, 2**32 - 1, "seed of the split of the digits and of the label noise")
    label_noise: real(0, 0.9, "share of the labels that are replaced by another digit")
    hidden_units: whole(1, 300, "units of the hidden layer")
    batch_size: whole(1, 500_000, "samples of a small batch, and of a ghost")
    batch_sizes: batch_sizes(2, "batch sizes, the learning rate tuned for each")
    learning_rates: learning_rates(2, "learning rates to choose from")
    momentum: Momentum
    epochs: Epochs
    last_epochs: LastEpochs
    fit_epochs: FitEpochs
    tuning_seeds: TuningSeeds
    learning_rate: real(1e-8, 100, "learning rate on the tutorial's problem")
    tutorial_batch_size: whole(1, 250, "samples of a small batch on the tutorial's problem")
    tutorial_epochs: whole(5, 100_000, "passes over the tutorial's training set in small batches")

    @property
    def n_train(self) -> int:
        """Number of training images."""
        return self.max_train

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        problems = super().conflicts()
        if self.n_train // 2 < self.batch_size <= self.n_train:
            problems.append(
                f"batch_size must be at most {self.n_train // 2} (half of the training images), "
                f"got {self.batch_size}"
            )
        within = self.batch_sizes[-1] <= self.n_train
        if within and not self.batch_sizes[0] <= self.SMALL < self.batch_sizes[-1]:
            problems.append(
                f"batch_sizes must hold one up to {self.SMALL} and one above, "
                f"got {self.batch_sizes}"
            )
        return problems
