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
    Training,
    TuningSeeds,
)

PLACES = 9  # of each training image: where it is, and shifted by a pixel in eight directions


class OneKnob(Training):
    """Chapter 07; the full batch and ``learning_rate`` join the grid."""

    batch_size: BatchSize
    factor: whole(2, 1000, "how many times as large the large batch is")
    batch_sizes: batch_sizes(2, "batch sizes of the grid, besides the full batch")
    learning_rates: learning_rates(2, "learning rates of the grid, besides learning_rate")
    fit_epochs: FitEpochs
    grid_seeds: whole(1, 1000, "runs for each setting of the grid")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        problems = super().conflicts()
        large = self.batch_size * self.factor
        if self.batch_size <= self.n_train < large:
            problems.append(
                f"factor must be at most {self.n_train // self.batch_size} with batch_size "
                f"{self.batch_size} (of {self.n_train} training samples), got {self.factor}, which "
                f"makes {large}"
            )
        if self.batch_sizes[1] >= self.n_train >= self.batch_sizes[-1]:
            problems.append(
                f"batch_sizes must hold 2 below {self.n_train} (the number of training samples), "
                f"got {self.batch_sizes}"
            )
        return problems


class Digits(Parameters):
    """What chapters 08 and 09 share: shifted digits, and learning rates tuned on some of them."""

    HELD_OUT: ClassVar[float] = 0.25  # share of the images that learning rates are tuned on

    n_images: whole(60, 1500, "images to train on, each in nine places")
    data_seed: DigitsSeed
    hidden_units: whole(1, 1000, "units of the hidden layer")
    momentum: Momentum
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
        return [
            f"batch_sizes must be at most {self.n_tuning} (the training samples left for tuning), "
            f"got {self.batch_sizes}"
            for largest in self.batch_sizes[-1:]
            if largest > self.n_tuning
        ]


class BestLearningRate(Digits):
    """Chapter 08; rules begin at the smallest of ``batch_sizes``."""

    FIRST_STEP: ClassVar[int] = 16  # from the smallest batch size to that of the first runs

    batch_sizes: batch_sizes(2, "batch sizes to tune")
    learning_rates: learning_rates(3, "learning rates tried in tuning")
    learning_rate: LearningRate
    doublings: whole(4, 12, "times that the smallest batch size is doubled to see how far it goes")
    epochs: Epochs
    fit_epochs: FitEpochs
    last_epochs: LastEpochs

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        problems = super().conflicts()
        small = self.batch_sizes[0]
        largest = small * 2**self.doublings
        if largest > self.n_train:
            problems.append(
                f"doublings must be at most {int(math.log2(self.n_train / small))} from batch size "
                f"{small} (of {self.n_train} training samples), got {self.doublings}, which makes "
                f"{largest}"
            )
        return problems


class AdamAndAccumulation(Digits):
    """Chapter 09; ``micro_batch`` and its multiple are tuned with the other batch sizes."""

    micro_batch: BatchSize
    accumulation_steps: whole(2, 10_000, "micro-batches whose gradients make one update")
    batch_sizes: batch_sizes(2, "batch sizes to tune")
    learning_rate: LearningRate
    adam_rates: learning_rates(3, "learning rates tried for Adam")
    sgd_rates: learning_rates(3, "learning rates tried for SGD with momentum")
    beta_2: real(0.5, 0.99999, "share of its mean square gradient that Adam keeps")
    epochs: whole(1, 100_000, "passes over the training set when learning rates are tuned")
    longer_epochs: whole(3, 100_000, "passes over the training set in the last comparison")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        problems = super().conflicts()
        whole_batch = self.micro_batch * self.accumulation_steps
        problems += [
            f"batch_sizes must hold {size} ({why}), got {self.batch_sizes}"
            for size, why in (
                (self.micro_batch, "micro_batch"),
                (whole_batch, "micro_batch times accumulation_steps"),
            )
            if size not in self.batch_sizes
        ]
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
