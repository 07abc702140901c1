"""Kinds of parameters that several chapters have, and what chapters on one problem share."""

from typing import ClassVar

from helpers.conventions import HOLD
from helpers.parameters.fields import Parameters, batch_sizes, real, whole

BatchSize = whole(1, 500_000, "samples per update")
DigitsSeed = whole(0, 2**32 - 1, "seed of the split of the digits")
Epochs = whole(HOLD, 100_000, "passes over the training set")
FitEpochs = whole(1, 1000, "epochs that plain Keras runs")
HiddenUnits = whole(1, 10_000, "units of the hidden layer")
LastEpochs = whole(3, 100_000, "epochs at the end that count as final")
LearningRate = real(1e-8, 100, "step length of an update")
Momentum = real(0, 0.999, "share of the previous step that is kept")
Repeats = whole(1, 1000, "times that each clock is read")
TargetAccuracy = real(0.01, 1, "accuracy on test data that counts as having learnt")
TuningSeeds = whole(1, 1000, "runs that choose the learning rates, with seeds from 0")


class Blobs(Parameters):
    """What the chapters on the tutorial's data set share."""

    n_samples: whole(20, 1_000_000, "samples of the data set; the first half trains")
    cluster_std: real(0.01, 100, "standard deviation of each blob, in feature units")
    data_seed: whole(0, 2**32 - 1, "seed of the data set")

    @property
    def n_train(self) -> int:
        """Number of training samples."""
        return self.n_samples // 2


class Training(Blobs):
    """What the chapters that train share."""

    hidden_units: HiddenUnits
    learning_rate: LearningRate
    momentum: Momentum
    epochs: Epochs
    last_epochs: LastEpochs
    target_accuracy: TargetAccuracy


class OneFlavour(Training):
    """Chapters 02 and 03, and what 04 and 05 share with them."""

    fit_epochs: FitEpochs


class SampleGradients(Training):
    """What the chapters that take the gradient of every single sample share."""

    MEMORY: ClassVar[int] = 2**31  # bytes for these gradients
    MOMENTS: ClassVar[int]  # epochs at which they are taken, besides the start

    batch_sizes: batch_sizes(2, "batch sizes")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        problems = super().conflicts()
        if self.batch_sizes[1] >= self.n_train >= self.batch_sizes[-1]:
            problems.append(
                f"batch_sizes must hold 2 below {self.n_train} (the number of training samples), "
                f"got {self.batch_sizes}"
            )
        weights = 6 * self.hidden_units + 3
        most = self.MEMORY // (4 * (self.MOMENTS + 1) * weights * self.n_seeds)
        if self.n_train > most:
            problems.append(
                f"n_samples must be at most {2 * most} with n_seeds {self.n_seeds} and "
                f"hidden_units {self.hidden_units} (the gradients of single samples must fit into "
                f"2 GiB), got {self.n_samples}"
            )
        return problems
