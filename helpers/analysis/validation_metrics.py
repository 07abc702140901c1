"""What runs are judged by after every epoch, and what guessing gets by it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from helpers.analysis.runs import last_epochs
from helpers.errors import ParameterError

NEAR = 0.01  # a percentage point, or a hundredth of the loss of guessing
TOLERANCE = 1e-5  # of a metric in float32
UNEQUAL = 4  # times as many samples in the largest class as in the smallest make balance matter
OF_CLASSES = ("accuracy", "balanced_accuracy", "loss")
OF_NUMBERS = ("error", "loss")


@dataclass(frozen=True)
class ValidationMetric:
    """A metric on certain samples.

    Attributes:
        name: "accuracy", "balanced accuracy" (the mean over the classes of the share that is
            right), "error" (the mean absolute error over that of guessing the mean) or "loss".
        variable: of the runs, that holds it, but for the ``scale``.
        target: value to reach and to keep.
        guess: what guessing gets: always the majority class, one class at random, or the best
            constant by the training samples; not a number where that is not known.
        chance: how far beyond the guess chance may lead: two standard errors of guessed classes,
            and 5 % of the guess for numbers and losses.
        scale: of the variable, to be multiplied by.
        resolution: least standard deviation that can be told from rounding, above 0.
        weights: of the samples, as ``helpers.train`` takes them; None for equal ones.
        majority: accuracy of always predicting the majority class, of a balanced accuracy.
    """

    name: str
    variable: str
    target: float
    guess: float
    chance: float
    scale: float
    resolution: float
    weights: np.ndarray | None = None
    majority: float = np.nan

    @property
    def rises(self) -> bool:
        """Whether more is better."""
        return self.name.endswith("accuracy")

    @property
    def points(self) -> int:
        """What one is worth in the unit in which differences are given."""
        return 1 if self.name == "loss" else 100

    @property
    def unit(self) -> str:
        """The unit in which differences are given."""
        return "of the loss" if self.name == "loss" else "points"

    @property
    def margin(self) -> float:
        """What a value may lack of the best and still be about as good."""
        known = self.name == "loss" and np.isfinite(self.guess)
        return NEAR * self.guess if known else NEAR

    def of(self, runs: xr.Dataset) -> xr.DataArray:
        """The metric after every epoch.

        Args:
            runs: what ``helpers.sweep`` returned.
        """
        values = self.scale * runs[self.variable]
        return values.clip(max=1) if self.rises else values  # weighted, 1 may come as a bit more

    def reached(self, runs: xr.Dataset) -> xr.DataArray:
        """Whether the target is met, after every epoch.

        Args:
            runs: as for ``of``.
        """
        short = self.target - self.of(runs)
        return (short if self.rises else -short) < TOLERANCE

    def in_words(self, value: float) -> str:
        """A value as sentences have it.

        Args:
            value: of the metric.
        """
        if self.name == "loss":
            return f"a loss of {value:.3g}"
        if self.name == "error":
            return f"an error of {100 * value:.4g} % of that of guessing the mean"
        article = "a" if self.name[0] == "b" else "an"
        return f"{article} {self.name} of {100 * value:.4g} %"

    def beats_guessing(self, value: float) -> bool:
        """Whether a value lies further beyond the guess than chance leads; true if that is unknown.

        Args:
            value: of the metric.
        """
        beyond = value - self.guess if self.rises else self.guess - value
        return not beyond <= self.chance

    def _repr_markdown_(self) -> str:
        said = f"The target is {self.in_words(self.target)}."
        if self.name == "error" or np.isnan(self.guess):
            return said
        guess = self.in_words(self.guess)
        if self.name == "balanced accuracy":
            return (
                f"{said} Always predicting the majority class is right for "
                f"{100 * self.majority:.4g} % of the samples, but has only {guess}."
            )
        return f"{said} Guessing gets {guess}."


def chosen_metric(name: str, predicts: str, y: np.ndarray) -> str:
    """The name of the metric; for "auto" the one that suits the data.

    Args:
        name: "auto", or the metric's own, with "_" for a blank.
        predicts: "classes" or "numbers".
        y: targets of the training samples, one-hot of shape (n, n_classes) for classes.

    Raises:
        ParameterError: it does not go with what is predicted.

    >>> chosen_metric("auto", "classes", np.eye(2)[[0] * 9 + [1]])
    'balanced_accuracy'
    """
    allowed = OF_CLASSES if predicts == "classes" else OF_NUMBERS
    if name == "auto":
        if predicts == "numbers":
            return "error"
        counts = y.sum(axis=0)
        return "balanced_accuracy" if counts.max() > UNEQUAL * counts.min() else "accuracy"
    if name not in allowed:
        raise ParameterError(
            f"metric must be {' or '.join(allowed)} where {predicts} are predicted, got {name}"
        )
    return name


def metric_on(
    y: np.ndarray,
    y_train: np.ndarray,
    name: str,
    target: float,
    guessed_loss: Callable[[np.ndarray, np.ndarray], float],
) -> ValidationMetric:
    """A metric on some samples.

    Args:
        y: targets of these samples, one-hot of shape (n, n_classes), or numbers of shape (n, 1).
        y_train: targets of the training samples, alike.
        name: as ``chosen_metric`` returns it.
        target: to be reached and kept.
        guessed_loss: what guessing by the training samples gets, a function of (y_train, y); not a
            number where that is not known.
    """
    n, n_outputs = y.shape
    shares, counts = y_train.mean(axis=0), y.sum(axis=0)
    majority = float(y[:, shares.argmax()].mean())
    settings = {"target": target, "scale": 1.0, "resolution": 1e-6}
    if name == "accuracy":
        settings |= {
            "variable": "val_accuracy",
            "guess": majority,
            "chance": 2 * np.sqrt(majority * (1 - majority) / n),
            "resolution": 1 / (n * np.sqrt(12)),
        }
    elif name == "balanced_accuracy":
        guess = 1 / n_outputs
        settings |= {
            "variable": "val_weighted_accuracy",
            "guess": guess,
            "chance": 2 * np.sqrt(guess * (1 - guess) * (1 / counts).sum()) / n_outputs,
            "resolution": np.sqrt((1 / counts**2).sum() / 12) / n_outputs,
            "weights": (n / n_outputs / counts)[y.argmax(axis=1)],
            "majority": majority,
        }
    elif name == "error":
        mean, median = (float(np.abs(y - f(y_train)).mean()) for f in (np.mean, np.median))
        guess = min(1.0, median / mean)  # the median has the least absolute error
        settings |= {"variable": "val_error", "guess": guess, "chance": 0.05, "scale": 1 / mean}
    else:
        guess = guessed_loss(y_train, y)
        settings |= {"variable": "val_loss", "guess": guess, "chance": 0.05 * guess}
    return ValidationMetric(name.replace("_", " "), **settings)


def metrics_of(
    y_train: np.ndarray,
    y_validation: np.ndarray,
    y_test: np.ndarray,
    name: str,
    target_accuracy: float,
    target_error: float,
    target_loss: float,
    guessed_loss: Callable[[np.ndarray, np.ndarray], float],
) -> tuple[ValidationMetric, ValidationMetric]:
    """A metric on the samples that choose a setting, and on those that judge it.

    Args:
        y_train, y_validation, y_test: targets, as for ``metric_on``.
        name: as ``chosen_metric`` returns it.
        target_accuracy, target_error, target_loss: of which the metric's own is the target.
        guessed_loss: as for ``metric_on``.

    Raises:
        ParameterError: guessing meets the target on the samples that choose.
    """
    targets = {"error": target_error, "loss": target_loss}
    target = targets.get(name, target_accuracy)
    validation, test = (
        metric_on(y, y_train, name, target, guessed_loss) for y in (y_validation, y_test)
    )
    check_target(validation, f"target_{name if name in targets else 'accuracy'}")
    return validation, test


def also_shown(
    runs: xr.Dataset, metric: ValidationMetric, last: int, unit: float
) -> dict[str, xr.DataArray]:
    """What readers know beside a metric, at the end of runs: the accuracy, or the error as it is.

    Args:
        runs: what ``helpers.sweep`` returned.
        metric: what they are judged by.
        last: epochs at the end that count as final.
        unit: of the target that is predicted, one of the runs' error.

    Returns:
        By title; dimensions batch_size, learning_rate and seed.
    """
    if metric.name == "balanced accuracy":
        return {"accuracy (%)": 100 * last_epochs(runs, last).mean("epoch", skipna=False)}
    if metric.name == "error":
        return {
            "mean absolute error": unit
            * last_epochs(runs, last, metric.variable).mean("epoch", skipna=False)
        }
    return {}


def check_target(metric: ValidationMetric, parameter: str) -> None:
    """Refuse a target that guessing meets.

    Args:
        metric: on the samples that choose.
        parameter: that the target comes from, for what is said of it.

    Raises:
        ParameterError: guessing meets it.
    """
    if metric.guess >= metric.target if metric.rises else metric.guess <= metric.target:
        side = "above" if metric.rises else "below"
        how = {
            "accuracy": "always predicting the majority class",
            "balanced accuracy": "guessing",
            "error": "always predicting the same number",
            "loss": "guessing",
        }[metric.name]
        raise ParameterError(
            f"{parameter} must be {side} {metric.guess:.3g}, which {how} gets on the samples that "
            f"choose a setting, got {metric.target:g}"
        )
