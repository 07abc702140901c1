"""The parameters of the part "Taking control", chapters 07 to 10."""

import math
from typing import ClassVar

from helpers.parameters.fields import (
    Parameters,
    batch_sizes,
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
    SampleGradients,
    TargetAccuracy,
    TuningSeeds,
)

PLACES = 9  # of each training image: where it is, and shifted by a pixel in eight directions


class OneKnob(SampleGradients):
    """Chapter 07; the full batch and ``learning_rate`` join the grid."""

    MOMENTS: ClassVar[int] = 24

    fit_epochs: FitEpochs
    learning_rates: learning_rates(2, "learning rates of the grid, besides learning_rate")
    tuning_seeds: TuningSeeds


class BestLearningRate(Parameters):
    """Chapter 08."""

    HELD_OUT: ClassVar[float] = 0.25  # share of the images that learning rates are tuned on

    n_images: whole(60, 1500, "images to train on, each in nine places")
    data_seed: DigitsSeed
    hidden_units: whole(1, 1000, "units of the hidden layer")
    batch_size: BatchSize
    batch_sizes: batch_sizes(2, "batch sizes compared with batch_size")
    doublings: whole(1, 12, "times that batch_size is doubled to see how far a rule holds")
    learning_rates: learning_rates(3, "learning rates tried in tuning")
    momentum: Momentum
    epochs: Epochs
    warm_up_epochs: whole(1, 100_000, "epochs that begin below the scaled learning rate")
    fit_epochs: FitEpochs
    last_epochs: LastEpochs
    target_accuracy: TargetAccuracy
    tuning_seeds: TuningSeeds

    @property
    def n_train(self) -> int:
        """Number of training samples."""
        return PLACES * self.n_images

    @property
    def n_tuning(self) -> int:
        """Number of training samples when learning rates are tuned."""
        return PLACES * (self.n_images - math.ceil(self.HELD_OUT * self.n_images))

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        if problems := super().conflicts():
            return problems
        if self.batch_sizes[-1] <= self.batch_size:
            problems.append(
                f"batch_sizes must hold one above batch_size ({self.batch_size}), "
                f"got {self.batch_sizes}"
            )
        problems += [
            f"{name} must be at most {self.n_tuning} (the training samples left for tuning), "
            f"got {value}"
            for name, value, largest in (
                ("batch_size", self.batch_size, self.batch_size),
                ("batch_sizes", self.batch_sizes, self.batch_sizes[-1]),
            )
            if largest > self.n_tuning
        ]
        if (largest := self.batch_size * 2**self.doublings) > self.n_train:
            problems.append(
                f"doublings must be at most {int(math.log2(self.n_train / self.batch_size))} with "
                f"batch_size {self.batch_size} (of {self.n_train} training samples), got "
                f"{self.doublings}, which makes {largest}"
            )
        return problems


class GrowingBatch(Blobs):
    """Chapter 10."""

    SHORTEST: ClassVar[int] = 3  # epochs of a phase, which its volatility needs

    hidden_units: HiddenUnits
    batch_size: BatchSize
    learning_rate: LearningRate
    momentum: Momentum
    epochs: whole(6, 100_000, "passes over the training set")
    phases: whole(2, 20, "parts of equal length, with a step between them")
    factor: real(1.01, 100, "how much a step lowers the learning rate, or raises the batch size")
    fit_epochs: whole(1, 1000, "epochs of each phase in plain Keras")
    n_images: whole(20, 1700, "images of digits that train, each in nine places")
    digits_batch_size: whole(1, 15_300, "samples per update in the first phase, on digits")
    digits_learning_rate: LearningRate
    digits_epochs: whole(6, 100_000, "passes over the digits")
    digits_seeds: whole(1, 1000, "runs on digits")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        n_digits = PLACES * self.n_images
        problems = super().conflicts()
        problems += too_large("digits_batch_size", [self.digits_batch_size], n_digits)
        least = self.SHORTEST * self.phases
        problems += [
            f"{name} must be at least {least} (phases of {self.SHORTEST} epochs or more), got {n}"
            for name, n in (("epochs", self.epochs), ("digits_epochs", self.digits_epochs))
            if n < least
        ]
        for name, size, n in (
            ("batch_size", self.batch_size, self.n_train),
            ("digits_batch_size", self.digits_batch_size, n_digits),
        ):
            last = round(size * self.factor ** (self.phases - 1))
            if size <= n < last:
                problems.append(
                    f"{name} must be at most {n} (the number of training samples) in the last "
                    f"phase too, got {size}, which {self.phases - 1} steps by {self.factor:g} "
                    f"raise to {last}"
                )
        return problems
