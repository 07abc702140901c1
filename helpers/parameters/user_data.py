"""The parameters of chapter 11, your own data."""

import ast
import math
import os
import re
import sys
from importlib.machinery import ModuleSpec
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, WrapValidator
from pydantic import ValidationInfo as Info

from helpers.errors import ParameterError
from helpers.parameters.fields import (
    Parameters,
    batch_sizes,
    changed,
    choice,
    learning_rates,
    real,
    whole,
)
from helpers.parameters.shared import (
    Epochs,
    FitEpochs,
    LastEpochs,
    Momentum,
    TargetAccuracy,
    TuningSeeds,
)

TARGETS = {
    "accuracy": "target_accuracy",
    "balanced_accuracy": "target_accuracy",
    "error": "target_error",
    "loss": "target_loss",
}  # the parameter that sets the target of a metric
FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def text(most: int, meaning: str) -> Any:
    """The type of a parameter, its ``meaning`` in words: text of at most ``most`` characters."""

    def check(value: Any, info: Info) -> str:
        if not isinstance(value, str) or len(value) > most or not value.isprintable():
            raise ValueError(
                f"{info.field_name} must be text of 0 to {most} printable characters, got {value!r}"
            )
        return value

    return Annotated[str, BeforeValidator(check), Field(description=meaning)]


def _as_name(value: Any) -> Any:
    """A number as text, since 2019 may name a column, and -999 stand for a gap."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value) if is_number and math.isfinite(value) else value


def _items(value: Any) -> Any:
    """``value``, read as a list if it is text such as "[a, b]" or "['a, b', c]"."""
    if not isinstance(value, str):
        return value
    try:
        read = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        read = _flow_of_texts(value)
    if read is None:
        read = [item.strip() for item in value.strip().strip("[]").split(",")]
        read = [item for item in read if item]
    return read if isinstance(read, (list, tuple)) else [value]


def _flow_of_texts(value: str) -> list[str] | None:
    """The texts of a list of YAML such as "['<0,6', n.b.]", as they are; None if it is none."""
    try:
        read = yaml.load(value, yaml.BaseLoader) if value.lstrip().startswith("[") else None
    except yaml.YAMLError:
        return None
    return read if isinstance(read, list) and all(isinstance(x, str) for x in read) else None


def texts(things: str, meaning: str) -> Any:
    """The type of a parameter, its ``meaning`` in words: 0 to 2000 ``things``, none twice."""

    def check(value: Any, info: Info) -> list[str]:
        items = _items(_as_name(value))
        items = [_as_name(item) for item in items] if isinstance(items, (list, tuple)) else [None]
        if (
            not all(isinstance(item, str) for item in items)
            or not len(set(items)) == len(items) <= 2000
        ):
            raise ValueError(
                f"{info.field_name} must hold 0 to 2000 {things}, none twice, got {value!r}"
            )
        return items

    return Annotated[list[str], BeforeValidator(check), Field(description=meaning)]


def _layers(value: Any, info: Info) -> list[int]:
    """Units of each hidden layer in turn."""
    items = _items(value)
    items = items if isinstance(items, (list, tuple)) else [items]
    whole = [i for i in items if isinstance(i, (int, float)) and not isinstance(i, bool)]
    whole = [int(i) for i in whole if 1 <= i <= 10_000 and i == int(i)]
    if len(whole) != len(items) or not 1 <= len(whole) <= 10:
        raise ValueError(
            f"{info.field_name} must hold 1 to 10 whole numbers from 1 to 10000, got {value!r}"
        )
    return whole


def _delimiter(value: Any, info: Info) -> str:
    r"""One character, or auto; a tab may be written \\t."""
    mark = "\t" if value == r"\t" else value
    if value == "auto":
        return value
    if not isinstance(mark, str) or len(mark) != 1 or not mark.isascii() or mark in '"\r\n\0':
        raise ValueError(
            f"{info.field_name} must be auto or 1 ASCII character, neither quote nor end of line, "
            f"got {value!r}"
        )
    return mark


def _numbers_or_none(value: Any, handler: Any, info: Info) -> list[float]:
    """No numbers, or what ``handler`` makes of them."""
    return [] if value in ([], (), "[]") else handler(value)


def find_module(name: str) -> ModuleSpec | None:
    """Where the module ``name`` is, as ``importlib.util.find_spec`` has it, without an import.

    >>> find_module("helpers.models").origin.endswith("__init__.py"), find_module("helpers.none")
    (True, None)
    """
    *packages, _ = name.split(".")
    path = None
    if packages:
        package = find_module(".".join(packages))
        path = package and package.submodule_search_locations
        if path is None:
            return None
    specs = (finder.find_spec(name, path) for finder in sys.meta_path)
    return next(filter(None, specs), None)


class UserData(Parameters):
    """Chapter 11."""

    table: text(1000, "path of a CSV or Parquet file; without one the example is taken")
    target: Annotated[
        text(1000, "name of the table's column to predict"), BeforeValidator(_as_name)
    ]
    features: texts("names of columns", "columns to learn from; all if none")
    delimiter: Annotated[
        str, BeforeValidator(_delimiter), Field(description="what separates columns of CSV")
    ]
    decimal: choice("auto", ".", ",", meaning="the decimal mark of numbers")
    missing: texts("spellings", "what else stands for a gap, or column=spelling for one column")
    as_text: texts("names of columns", "columns that are categories as they are written")
    leave_out: texts("names of columns", "columns not to learn from")
    missing_values: choice("impute", "refuse", meaning="what is done about gaps")
    predict: choice("auto", "classes", "numbers", meaning="what the target is")
    images: text(1000, "folder with a subfolder of images for each class")
    image_size: whole(4, 256, "rows and columns to which images are resized")
    color_mode: choice("grayscale", "rgb", meaning="the values of a pixel: one, or three")
    example: choice("breast_cancer", "wine", meaning="the table that is there without one of yours")
    test_share: real(0.05, 0.4, "share of the samples that test; as many others validate")
    max_samples: whole(20, 10_000_000, "most samples that are drawn from all that there are")
    data_seed: whole(0, 2**32 - 1, "seed of the choice and the split of the samples")
    model: text(300, "function of your own that returns a Keras model, as module:function")
    hidden_units: Annotated[
        list[int], BeforeValidator(_layers), Field(description="units of each hidden layer")
    ]
    optimizer: choice("auto", "sgd", "adam", "rmsprop", meaning="the rule of an update")
    momentum: Momentum
    batch_sizes: Annotated[
        batch_sizes(2, "batch sizes of the map; chosen by the data if none"),
        WrapValidator(_numbers_or_none),
    ]
    learning_rates: Annotated[
        learning_rates(2, "learning rates of the map; chosen by the optimizer if none"),
        WrapValidator(_numbers_or_none),
    ]
    epochs: Epochs
    fit_epochs: FitEpochs
    last_epochs: LastEpochs
    metric: choice(
        "auto", "accuracy", "balanced_accuracy", "loss", "error", meaning="what a run is judged by"
    )
    target_accuracy: TargetAccuracy
    target_error: real(0.001, 1, "share of the error of guessing the mean that counts as low")
    target_loss: real(0.0001, 1000, "loss that counts as low")
    class_weight: choice("none", "balanced", meaning="what a class counts for in the training loss")
    tuning_seeds: TuningSeeds

    @property
    def validation_share(self) -> float:
        """Of the samples that do not test: so many validate as test."""
        return self.test_share / (1 - self.test_share)

    @property
    def n_train(self) -> float:
        """Number of training samples; of a file it is not known before it is read."""
        if self.table or self.images:
            return math.inf
        n = min(self.max_samples, {"breast_cancer": 569, "wine": 178}[self.example])
        rest = n - math.ceil(self.test_share * n)
        return rest - math.ceil(self.validation_share * rest)

    @staticmethod
    def check_metric(metric: str) -> None:
        """Refuse the target of another metric than the one that runs are judged by.

        Args:
            metric: as ``helpers.analysis.chosen_metric`` returned it.

        Raises:
            ParameterError: papermill set such a target, which would change nothing.
        """
        used = TARGETS[metric]
        for other in sorted({*TARGETS.values()} - {used}):
            if other in changed():
                raise ParameterError(
                    f"{other} is not used, since runs are judged by their "
                    f"{metric.replace('_', ' ')}: give {used}, or another metric"
                )

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each; files are looked at."""
        problems = super().conflicts()
        if self.table and self.images:
            problems.append("table and images must not both be given")
        elif self.table:
            problems += self._about_table()
        else:
            names = ("target", "features", "missing", "as_text", "leave_out")
            if given := [name for name in names if getattr(self, name)]:
                problems.append(f"{' and '.join(given)} must not be given without a table")
        if self.images:
            problems += self._about_images()
        if self.model:
            problems += self._about_model()
        return problems

    def _about_table(self) -> list[str]:
        from helpers.data import tables
        from helpers.data.paths import place

        how = (self.delimiter, self.decimal, self.missing, self.as_text, self.leave_out)
        reading = tables.Reading(*how)
        try:
            path = place(self.table)
            names = tables.header(path, reading)
            if not self.target:
                return ["target must name the column to predict, got ''"]
            tables.choose(path, names, self.target, self.features, reading)
        except ParameterError as error:
            return list(error.problems)
        return []

    def _about_images(self) -> list[str]:
        from helpers.data.paths import place

        try:
            folder = place(self.images)
        except ParameterError as error:
            return list(error.problems)
        if not os.path.isdir(folder):  # of a name too long, too
            return [f"images must be a folder, and there is none at {self.images!r}"]
        return []

    def _about_model(self) -> list[str]:
        if re.fullmatch(r"[^:]*\.(keras|h5)", self.model):
            return [
                "model must name a function, as module:function, which may return "
                f"keras.models.load_model(...), got the file {self.model!r}"
            ]
        module = self.model.partition(":")[0]
        if module.endswith(".py"):
            return [
                "model must be written as module:function, with dots for folders and without .py, "
                f"such as mine:build for build in mine.py, got {self.model!r}"
            ]
        if not FUNCTION.fullmatch(self.model):
            return [f"model must be written as module:function, got {self.model!r}"]
        if find_module(module):
            return []
        return [f"model must name a module that Python finds, got {module!r}"]
