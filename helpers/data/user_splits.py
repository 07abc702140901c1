"""Samples of the reader's own, or an example in their place, in three splits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.utils.class_weight import compute_class_weight

from helpers.data.batch_sizes import leaves_short_batch, suitable_batch_sizes
from helpers.data.dataset import Dataset
from helpers.data.examples import example_table
from helpers.data.images import flattened
from helpers.data.named import ColumnTable, NamedDataset
from helpers.data.names import code, shown
from helpers.data.pictures import Pictures, first_of_each_class
from helpers.data.reading import Reading
from helpers.data.splits import Categories, split, with_validation
from helpers.data.three_splits import as_many, enough
from helpers.data.user_images import load_images
from helpers.data.user_tables import read_samples
from helpers.errors import ParameterError

NAMED = 5  # inputs that are named; of more, the first ones
NOTICES = 20  # that are shown; of more, the first ones
LETTERS = 24  # of the name of a class in a figure


@dataclass(frozen=True)
class UserSplits:
    """Samples that train, that choose a setting (validate), and that judge it (test).

    A notebook shows them as a few sentences.

    Attributes:
        x_train, y_train: shape (n, ...) and one-hot (n, n_classes), float32; so are the others.
            If numbers are predicted, y is of shape (n, 1), and has mean 0 and standard deviation 1
            where it trains.
        x_validation, y_validation: have no sample in common with those that train or test.
        x_test, y_test: have no part in any choice.
        name: of the table or the folder.
        inputs: names of the inputs; of images none.
        classes: names of the classes, in the order of the columns of y; of numbers none.
        n_available: samples that there were, of which these are all or some.
        predicts: "classes", or "numbers".
        target_mean, target_std: ``y * target_std + target_mean`` is in the target's own unit.
        columns: a row for each column of a table: what it was taken for, the number of inputs that
            it makes, how many gaps were filled and with what, and what to notice of it.
        notices: a sentence for each thing that may not be what it was taken for.
        pictures: of images, the first of each class; of a table none.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    name: str
    inputs: Sequence[str]
    classes: Sequence[str]
    n_available: int
    predicts: str
    target_mean: float
    target_std: float
    columns: pd.DataFrame
    notices: Sequence[str]
    pictures: Pictures | None

    @property
    def n_train(self) -> int:
        """Number of training samples."""
        return len(self.x_train)

    @property
    def choosing(self) -> Dataset:
        """The training samples, evaluated on the validation split."""
        return Dataset(self.x_train, self.y_train, self.x_validation, self.y_validation, self.name)

    @property
    def judging(self) -> Dataset:
        """The same training samples, evaluated on the test split."""
        return Dataset(self.x_train, self.y_train, self.x_test, self.y_test, self.name)

    def batch_sizes(self, given: Sequence[int] = ()) -> list[int]:
        """Those that were given, or else four that suit the number of training samples.

        It prints which of those given leave a last batch that is less than half full.
        """
        for size in given:
            if size <= self.n_train and leaves_short_batch(size, self.n_train):
                rest = self.n_train % size
                print(
                    f"Batch size {size} leaves a short last batch: {rest} of {self.n_train:,} "
                    f"training samples, whose gradient is noisier."
                )
        return list(given) or suitable_batch_sizes(self.n_train)

    @property
    def n_outputs(self) -> int:
        """Outputs of a network: one for each class, or one for a number."""
        return self.y_train.shape[1]

    def class_weight(self, kind: str) -> dict[int, float] | None:
        """What each class counts for in the training loss, as ``fit`` takes it.

        Args:
            kind: "none", or "balanced" for weights that make all classes count alike.

        Raises:
            ParameterError: numbers have no classes to balance.
        """
        if kind == "none":
            return None
        if not self.classes:
            raise ParameterError("class_weight must be none where numbers are predicted")
        labels = self.y_train.argmax(axis=1)
        weights = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
        return dict(enumerate(weights.tolist()))

    def targets(self) -> dict[str, np.ndarray]:
        """What is to be predicted in each split: one-hot (n, n_classes), or numbers, shape (n,).

        Numbers are in the target's own unit.
        """
        splits = {"train": self.y_train, "validate": self.y_validation, "test": self.y_test}
        if self.classes:
            return splits
        mean, std = self.target_mean, self.target_std
        return {name: y[:, 0].astype(float) * std + mean for name, y in splits.items()}

    def class_names(self) -> list[str]:
        """Names of the classes as a figure shows them: on one line, and cut if they are long."""
        return [shown(name, LETTERS) for name in self.classes]

    def as_read(self) -> ColumnTable | Pictures:
        """What was made of the columns of a table, or of images, as a notebook shows it."""
        return self.pictures or ColumnTable(self.columns)

    def _repr_markdown_(self) -> str:
        n, n_validation, n_test = map(len, (self.x_train, self.x_validation, self.x_test))
        total = n + n_validation + n_test
        n_inputs = self.x_train[0].size
        some = ", ".join(code(name) for name in self.inputs[:NAMED])
        more = " and more" if len(self.inputs) > NAMED else ""
        share = ", each class with its share" if self.classes else ""
        drawn = (
            f"Of {self.n_available:,} samples {total:,} were drawn at random{share}."
            if total < self.n_available
            else f"There are {total:,} samples."
        )
        kind = "input" if n_inputs == 1 else "inputs"
        targets = f"{len(self.classes)} classes" if self.classes else "a number to predict"
        sentences = (
            f"{drawn} {n:,} train, {n_validation:,} validate and {n_test:,} test. They have "
            f"{n_inputs:,} {kind}{f' ({some}{more})' if some else ''} and {targets}. "
            f"{self._floor()}"
        )
        shown_notices = list(self.notices[:NOTICES])
        if len(self.notices) > NOTICES:
            shown_notices.append(f"{len(self.notices) - NOTICES} more are in `data.notices`.")
        return "\n".join([sentences, *([""] if shown_notices else []),
                          *(f"- {notice}" for notice in shown_notices)])  # fmt: skip

    def _floor(self) -> str:
        """What guessing gives."""
        n_test = len(self.x_test)
        if not self.classes:
            error = self.target_std * np.abs(self.y_test.astype(float)).mean()
            return (
                f"Always predicting the mean of the training samples, {self.target_mean:.4g}, "
                f"gives a mean absolute error of {error:.4g} on the test samples."
            )
        majority = self.y_train.sum(axis=0).argmax()
        accuracy = f"{100 * self.y_test[:, majority].mean(dtype=float):.1f} %"
        return (
            f"Always predicting the majority class, {code(self.classes[majority])}, gives a "
            f"test accuracy of {accuracy}. One test sample more or less is worth "
            f"{100 / n_test:.2g} percentage points of accuracy."
        )


def user_splits(
    *,
    table: str = "",
    target: str = "",
    features: Sequence[str] = (),
    delimiter: str = "auto",
    decimal: str = "auto",
    missing: Sequence[str] = (),
    as_text: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    missing_values: str = "impute",
    predict: str = "auto",
    images: str = "",
    image_size: int = 16,
    color_mode: str = "grayscale",
    example: str = "breast_cancer",
    test_share: float = 0.25,
    max_samples: int = 5000,
    data_seed: int = 0,
    flat: bool = False,
) -> UserSplits:
    """Read a folder of images, or else a table, or else an example, and split the samples.

    Args:
        table: path of a table; empty for none.
        target, features, delimiter, decimal, missing, as_text, leave_out, missing_values, predict:
            of the table, as for ``helpers.data.load_table``.
        images: path of a folder with a subfolder of images for each class; empty for none.
        image_size, color_mode: as for ``helpers.data.load_images``.
        example: taken if there is neither a table nor a folder; as for
            ``helpers.data.example_table``.
        test_share: of the samples, above 0 and below 1/2; as many validate.
        max_samples: most samples that are drawn.
        data_seed: of the choice and the splits.
        flat: whether an image becomes one row of numbers, as dense layers take it.

    Raises:
        ParameterError: the samples cannot be read or split, in a sentence that says why.
        ValueError: another argument is out of its range.

    >>> wine = user_splits(example="wine")
    >>> wine.x_train.shape, wine.x_validation.shape, wine.x_test.shape
    ((88, 4), (45, 4), (45, 4))
    """
    shared = {"test_share": test_share, "data_seed": data_seed, "max_samples": max_samples}
    if table and not images:
        reading = Reading(delimiter, decimal, missing, as_text, leave_out)
        samples = read_samples(
            table, target, features, reading,
            missing_values=missing_values, predict=predict, max_samples=max_samples, seed=data_seed,
        )  # fmt: skip
        with enough(samples.target, samples.n_available):
            rest, test = split(samples.target, test_share, data_seed)
            share = as_many(test, rest)
            train, held = split(samples.target.take(rest), share, data_seed, "validation")
        choosing, judging = samples.datasets(rest[train], rest[held], test)
        return _in_three(choosing, judging)
    if images:
        data = load_images(images, image_size=image_size, color_mode=color_mode, **shared)
    else:
        data = example_table(example, **shared)
    pictures = first_of_each_class(data) if images else None
    if flat:
        data = flattened(data)
    y = np.concatenate([data.y_train, data.y_test])
    with enough(Categories(y.argmax(axis=1), data.classes), data.n_available):
        share = as_many(data.x_test, data.x_train) if images else test_share / (1 - test_share)
        return _in_three(with_validation(data, share, data_seed), data, pictures)


def _in_three(
    choosing: NamedDataset, judging: NamedDataset, pictures: Pictures | None = None
) -> UserSplits:
    """The training and validation samples of the one, and the test samples of the other."""
    return UserSplits(
        x_train=choosing.x_train,
        y_train=choosing.y_train,
        x_validation=choosing.x_test,
        y_validation=choosing.y_test,
        x_test=judging.x_test,
        y_test=judging.y_test,
        name=choosing.name,
        inputs=choosing.inputs,
        classes=choosing.classes,
        n_available=choosing.n_available,
        predicts=choosing.predicts,
        target_mean=choosing.target_mean,
        target_std=choosing.target_std,
        columns=choosing.columns,
        notices=choosing.notices,
        pictures=pictures,
    )
