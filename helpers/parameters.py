"""The parameters of every chapter, a class each.

A chapter's first code cell sets its parameters, papermill may set others in the next, and the
cell after that calls ``check`` of the chapter's class here. Nothing heavy is imported for it.
"""

import math
from typing import ClassVar

from helpers.fields import (
    ParameterError,
    Parameters,
    above_epochs,
    batch_sizes,
    choice,
    learning_rates,
    real,
    too_large,
    whole,
)

__all__ = ["ParameterError", "Parameters"]


class Blobs(Parameters):
    """What the chapters on the tutorial's data set share."""

    n_samples: whole(20, 1_000_000, "samples of the data set; the first half trains")
    cluster_std: real(0.01, 100, "standard deviation of each blob, in feature units")
    data_seed: whole(0, 2**32 - 1, "seed of the data set")

    @property
    def n_train(self) -> int:
        """Number of training samples."""
        return self.n_samples // 2


class Dataset(Blobs):
    """Chapter 01."""

    hidden_units: whole(1, 10_000, "units of the hidden layer")
    new_samples: whole(1000, 10_000_000, "fresh samples on which the Bayes rule is scored")


class Training(Blobs):
    """What the chapters that train share."""

    HOLD: ClassVar[int] = 5  # epochs in a row for which a target accuracy counts as reached

    hidden_units: whole(1, 10_000, "units of the hidden layer")
    learning_rate: real(1e-8, 100, "step length of an update")
    momentum: real(0, 0.999, "share of the previous step that is kept")
    epochs: whole(5, 100_000, "passes over the training set")
    last_epochs: whole(3, 100_000, "epochs at the end that count as final")
    target_accuracy: real(0.01, 1, "validation accuracy that counts as having learnt")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        return super().conflicts() + above_epochs("last_epochs", self.last_epochs, self.epochs)


class OneFlavour(Training):
    """Chapters 02 and 03, and what 04 and 05 share with them."""

    fit_epochs: whole(1, 1000, "epochs that plain Keras runs")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        return super().conflicts() + above_epochs("fit_epochs", self.fit_epochs, self.epochs)


class SmallerLearningRate(OneFlavour):
    """Chapter 04."""

    batch_learning_rate: real(1e-8, 100, "learning rate of batch gradient descent")


class Minibatch(SmallerLearningRate):
    """Chapter 05."""

    batch_size: whole(1, 500_000, "samples per update")
    stochastic_learning_rate: real(1e-8, 100, "learning rate of stochastic gradient descent")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        return super().conflicts() + too_large("batch_size", [self.batch_size], self.n_train)


class Sweep(Training):
    """Chapter 06."""

    batch_sizes: batch_sizes(2, "batch sizes")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        return super().conflicts() + too_large("batch_sizes", self.batch_sizes, self.n_train)


class FromScratch(Blobs):
    """Chapter 07."""

    n_samples: whole(20, 20_000, "samples of the classes; half of them train")
    hidden_units: whole(1, 10_000, "units of the hidden layer")
    batch_size: whole(1, 500_000, "samples per update of a minibatch")
    learning_rate: real(1e-8, 100, "step length of an update, of the line and of the network")
    passes: whole(10, 100_000, "passes over the samples of the line")
    epochs: whole(5, 100_000, "passes over the training set of the network")
    fit_epochs: whole(1, 1000, "epochs that plain Keras runs")
    limit_share: real(0.001, 1, "learning rate of the sine over the largest stable one")
    escape_passes: whole(1, 10_000, "passes over the samples of the sine")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        return (
            super().conflicts()
            + above_epochs("fit_epochs", self.fit_epochs, self.epochs)
            + too_large("batch_size", [self.batch_size], self.n_train)
        )


class GradientNoise(Training):
    """Chapter 08."""

    ALIKE: ClassVar[float] = 0.95  # cosine of gradients that are almost the same
    SAME: ClassVar[float] = 0.99  # cosine of gradients that no longer change
    MEMORY: ClassVar[int] = 2**31  # bytes for the gradients of single samples

    batch_size: whole(1, 500_000, "samples per update in training")
    batch_sizes: batch_sizes(2, "sizes of the batches drawn")
    draws: whole(20, 1000, "batches drawn of each size")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        large = too_large("batch_size", [self.batch_size], self.n_train)
        large += too_large("batch_sizes", self.batch_sizes, self.n_train)
        if not large and self.batch_sizes[1] >= self.n_train:
            large = [
                f"batch_sizes must hold 2 below {self.n_train} (the number of training samples), "
                f"got {self.batch_sizes}"
            ]
        moments, weights = 11, 6 * self.hidden_units + 3
        most = self.MEMORY // (4 * moments * weights * self.n_seeds)
        if self.n_train > most:
            large.append(
                f"n_samples must be at most {2 * most} with n_seeds {self.n_seeds} and "
                f"hidden_units {self.hidden_units} (the gradients of single samples must fit into "
                f"2 GiB), got {self.n_samples}"
            )
        return super().conflicts() + large


class MemoryAndTime(Blobs):
    """Chapter 09."""

    HOLD: ClassVar[int] = Training.HOLD  # as for all chapters that train

    hidden_units: whole(1, 10_000, "units of the hidden layer")
    batch_sizes: batch_sizes(1, "batch sizes on the tutorial's problem")
    learning_rate: real(1e-8, 100, "step length of an update")
    momentum: real(0, 0.999, "share of the previous step that is kept")
    epochs: whole(5, 100_000, "passes over the training set")
    target_accuracy: real(0.01, 1, "validation accuracy that counts as having learnt")
    wide_units: whole(1, 4096, "units of each hidden layer of the larger network")
    n_wide: whole(256, 1_000_000, "training samples of the larger network")
    wide_batch_sizes: batch_sizes(1, "batch sizes on the larger network")
    repeats: whole(1, 1000, "measurements of each time and each peak of memory")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        return (
            super().conflicts()
            + too_large("batch_sizes", self.batch_sizes, self.n_train)
            + too_large("wide_batch_sizes", self.wide_batch_sizes, self.n_wide)
        )


class LeNet(Parameters):
    """Chapter 10."""

    HOLD: ClassVar[int] = Training.HOLD
    TRAINING_IMAGES: ClassVar[dict[str, int]] = {"digits": 896, "mnist": 60_000}

    dataset: choice("digits", "mnist", meaning="the images")
    data_seed: whole(0, 2**32 - 1, "seed of the split of the digits")
    max_train: whole(20, 60_000, "most images to train on")
    batch_sizes: batch_sizes(2, "batch sizes")
    learning_rate: real(1e-8, 100, "step length of an update")
    momentum: real(0, 0.999, "share of the previous step that is kept")
    epochs: whole(5, 100_000, "passes over the training set")
    fit_epochs: whole(1, 1000, "epochs that plain Keras runs")
    last_epochs: whole(3, 100_000, "epochs at the end that count as final")
    target_accuracy: real(0.01, 1, "test accuracy that counts as having learnt")
    repeats: whole(1, 1000, "times that each clock is read")

    @property
    def n_train(self) -> int:
        """Number of training images, if the file of MNIST is the original one."""
        return min(self.max_train, self.TRAINING_IMAGES[self.dataset])

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        return (
            above_epochs("last_epochs", self.last_epochs, self.epochs)
            + above_epochs("fit_epochs", self.fit_epochs, self.epochs)
            + too_large("batch_sizes", self.batch_sizes, self.n_train)
        )

    @staticmethod
    def check_sizes(sizes: list[int], n_train: int) -> None:
        """Refuse batch sizes above what the data hold: a file of MNIST may be a shortened one.

        Raises:
            ParameterError: a batch size is above ``n_train``.
        """
        if problems := too_large("batch_sizes", sizes, n_train):
            raise ParameterError("; ".join(problems))


class FullBatch(OneFlavour):
    """Chapter 11."""

    STUCK: ClassVar[float] = 0.7  # test accuracy that a stuck run does not exceed at its end
    CALM: ClassVar[int] = 60  # epochs at a tenth of the learning rate that follow

    epochs: whole(12, 100_000, "passes over the training set")
    batch_size: whole(1, 500_000, "samples of a minibatch")
    rms_learning_rate: real(1e-8, 100, "learning rate of RMSprop")
    initial_step: real(1e-6, 50, "first step size of every weight, by Rprop")
    new_samples: whole(1000, 10_000_000, "fresh samples that stand for the population")
    many_seeds: whole(1, 1000, "runs with batch size 1")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        found = super().conflicts() + too_large("batch_size", [self.batch_size], self.n_train)
        if self.many_seeds < self.n_seeds:
            found.append(
                f"many_seeds must be at least n_seeds ({self.n_seeds}), got {self.many_seeds}"
            )
        return found


class LearningRateScaling(Parameters):
    """Chapter 12."""

    HOLD: ClassVar[int] = Training.HOLD
    PLACES: ClassVar[int] = 9  # of each training image: where it is, and shifted by a pixel
    HELD_OUT: ClassVar[float] = 0.25  # share of the images that learning rates are tuned on

    n_images: whole(60, 1500, "images to train on, each in nine places")
    data_seed: whole(0, 2**32 - 1, "seed of the split of the digits")
    hidden_units: whole(1, 1000, "units of the hidden layer")
    batch_size: whole(1, 500_000, "samples per update, from which the learning rate is scaled")
    batch_sizes: batch_sizes(2, "batch sizes compared with batch_size")
    doublings: whole(1, 12, "times that batch_size is doubled to see how far a rule holds")
    learning_rates: learning_rates(3, "learning rates tried in tuning")
    momentum: real(0, 0.999, "share of the previous step that is kept")
    epochs: whole(5, 100_000, "passes over the training set")
    warm_up_epochs: whole(1, 100_000, "epochs that begin below the scaled learning rate")
    fit_epochs: whole(1, 1000, "epochs that plain Keras runs")
    last_epochs: whole(3, 100_000, "epochs at the end that count as final")
    target_accuracy: real(0.01, 1, "test accuracy that counts as having learnt")
    tuning_seeds: whole(1, 1000, "runs that choose the learning rates, with seeds from 0")

    @property
    def n_train(self) -> int:
        """Number of training samples."""
        return self.PLACES * self.n_images

    @property
    def n_tuning(self) -> int:
        """Number of training samples when learning rates are tuned."""
        return self.PLACES * (self.n_images - math.ceil(self.HELD_OUT * self.n_images))

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        found = (
            super().conflicts()
            + above_epochs("last_epochs", self.last_epochs, self.epochs)
            + above_epochs("fit_epochs", self.fit_epochs, self.epochs)
            + above_epochs("warm_up_epochs", self.warm_up_epochs, self.epochs)
            + too_large("batch_size", [self.batch_size], self.n_train)
            + too_large("batch_sizes", self.batch_sizes, self.n_train)
        )
        if found:
            return found
        if self.batch_sizes[-1] <= self.batch_size:
            found.append(
                f"batch_sizes must hold one above batch_size ({self.batch_size}), "
                f"got {self.batch_sizes}"
            )
        found += [
            f"{name} must be at most {self.n_tuning} (the training samples left for tuning), "
            f"got {value}"
            for name, value, largest in (
                ("batch_size", self.batch_size, self.batch_size),
                ("batch_sizes", self.batch_sizes, self.batch_sizes[-1]),
            )
            if largest > self.n_tuning
        ]
        if (largest := self.batch_size * 2**self.doublings) > self.n_train:
            found.append(
                f"doublings must be at most {int(math.log2(self.n_train / self.batch_size))} with "
                f"batch_size {self.batch_size} (of {self.n_train} training samples), got "
                f"{self.doublings}, which makes {largest}"
            )
        return found


class GrowingBatch(Blobs):
    """Chapter 13."""

    SHORTEST: ClassVar[int] = 3  # epochs of a phase, which its volatility needs
    PLACES: ClassVar[int] = 9  # an image in place and its eight shifts

    hidden_units: whole(1, 10_000, "units of the hidden layer, of both networks")
    batch_size: whole(1, 500_000, "samples per update in the first phase")
    learning_rate: real(1e-8, 100, "step length of an update in the first phase")
    momentum: real(0, 0.999, "share of the previous step that is kept")
    epochs: whole(6, 100_000, "passes over the training set")
    phases: whole(2, 20, "parts of equal length, with a step between them")
    factor: real(1.01, 100, "how much a step lowers the learning rate, or raises the batch size")
    fit_epochs: whole(2, 1000, "epochs that plain Keras runs")
    n_images: whole(20, 1700, "images of digits that train, each in nine places")
    digits_batch_size: whole(1, 15_300, "samples per update in the first phase, on digits")
    digits_learning_rate: real(1e-8, 100, "learning rate in the first phase, on digits")
    digits_epochs: whole(6, 100_000, "passes over the digits")
    digits_seeds: whole(1, 1000, "runs on digits")
    repeats: whole(1, 1000, "times that each clock is read")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        found = super().conflicts() + above_epochs("fit_epochs", self.fit_epochs, self.epochs)
        for name in ("epochs", "digits_epochs"):
            least = self.SHORTEST * self.phases
            if getattr(self, name) < least:
                found.append(
                    f"{name} must be at least {least} (phases of {self.SHORTEST} epochs or more), "
                    f"got {getattr(self, name)}"
                )
        if self.fit_epochs < self.phases:
            found.append(
                f"fit_epochs must be at least phases ({self.phases}), got {self.fit_epochs}"
            )
        for name, n in (
            ("batch_size", self.n_train),
            ("digits_batch_size", self.PLACES * self.n_images),
        ):
            size = getattr(self, name)
            last = round(size * self.factor ** (self.phases - 1))
            if too_large(name, [size], n):
                found += too_large(name, [size], n)
            elif last > n:
                found.append(
                    f"{name} must be at most {n} (the number of training samples) in the last "
                    f"phase too, got {size}, which {self.phases - 1} steps by {self.factor:g} "
                    f"raise to {last}"
                )
        return found


class Generalisation(Parameters):
    """Chapter 14."""

    SMALL: ClassVar[int] = 32  # batches up to this size count as small when all are tuned
    FITTED: ClassVar[float] = 0.98  # training accuracy from which a network has fitted its images

    max_train: whole(40, 800, "images to train on; as many others are held out")
    data_seed: whole(0, 2**32 - 1, "seed of the split of the digits and of the label noise")
    label_noise: real(0, 0.9, "share of the labels that are replaced by another digit")
    hidden_units: whole(1, 300, "units of the hidden layer")
    batch_size: whole(1, 500_000, "samples of a small batch, and of a ghost")
    batch_sizes: batch_sizes(2, "batch sizes, the learning rate tuned for each")
    learning_rates: learning_rates(2, "learning rates to choose from")
    momentum: real(0, 0.999, "share of the previous step that is kept")
    epochs: whole(5, 100_000, "passes over the training set in small batches")
    last_epochs: whole(3, 100_000, "epochs at the end that count as final in tuning")
    fit_epochs: whole(1, 1000, "epochs that plain Keras runs")
    tuning_seeds: whole(1, 1000, "runs that choose the learning rates, with seeds from 0")
    learning_rate: real(1e-8, 100, "learning rate on the tutorial's problem")
    tutorial_batch_size: whole(1, 250, "samples of a small batch on the tutorial's problem")
    tutorial_epochs: whole(5, 100_000, "passes over the tutorial's training set in small batches")

    @property
    def n_train(self) -> int:
        """Number of training images."""
        return self.max_train

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        found = above_epochs("last_epochs", self.last_epochs, self.epochs)
        found += above_epochs("fit_epochs", self.fit_epochs, self.epochs)
        large = too_large("batch_size", [self.batch_size], self.n_train)
        if not large and self.batch_size > self.n_train // 2:
            large = [
                f"batch_size must be at most {self.n_train // 2} (half of the training images), "
                f"got {self.batch_size}"
            ]
        sizes = too_large("batch_sizes", self.batch_sizes, self.n_train)
        if not sizes and not self.batch_sizes[0] <= self.SMALL < self.batch_sizes[-1]:
            sizes = [
                f"batch_sizes must hold one up to {self.SMALL} and one above, "
                f"got {self.batch_sizes}"
            ]
        return found + large + sizes


class OneKnob(OneFlavour):
    """Chapter 15."""

    MOMENTS: ClassVar[int] = 24  # epochs at which the noise scale is measured, besides the start
    MEMORY: ClassVar[int] = 2**31  # bytes for the gradients of single samples

    batch_sizes: batch_sizes(2, "batch sizes of the grid, besides the full batch")
    learning_rates: learning_rates(2, "learning rates of the grid, besides learning_rate")
    tuning_seeds: whole(1, 1000, "runs that choose the learning rates, with seeds from 0")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each."""
        found = too_large("batch_sizes", self.batch_sizes, self.n_train)
        if not found and self.batch_sizes[1] >= self.n_train:
            found = [
                f"batch_sizes must hold 2 below {self.n_train} (the number of training samples), "
                f"got {self.batch_sizes}"
            ]
        moments, weights = self.MOMENTS + 1, 6 * self.hidden_units + 3
        most = self.MEMORY // (4 * moments * weights * self.n_seeds)
        if self.n_train > most:
            found.append(
                f"n_samples must be at most {2 * most} with n_seeds {self.n_seeds} and "
                f"hidden_units {self.hidden_units} (the gradients of single samples must fit into "
                f"2 GiB), got {self.n_samples}"
            )
        return super().conflicts() + found
