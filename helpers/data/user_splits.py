"""Samples of the reader's own, or an example in their place, in three splits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.data.dataset import Dataset
from helpers.data.images import flattened
from helpers.data.names import code, shown
from helpers.data.splits import with_validation
from helpers.data.user_images import load_images
from helpers.data.user_tables import NamedDataset, example_table, load_table

NAMED = 5  # inputs that are named; of more, the first ones
LETTERS = 24  # of the name of a class in a figure


@dataclass(frozen=True)
class UserSplits:
    """Samples that train, that choose a setting (validate), and that judge it (test).

    A notebook shows them as a few sentences.

    Attributes:
        x_train, y_train: shape (n, ...) and one-hot (n, n_classes), float32; so are the others.
        x_validation, y_validation: have no sample in common with those that train or test.
        x_test, y_test: have no part in any choice.
        name: of the table or the folder.
        inputs: names of the inputs; of images none.
        classes: names of the classes, in the order of the columns of y.
        n_available: samples that there were, of which these are all or some.
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

    def counts(self) -> dict[str, np.ndarray]:
        """Samples of each class in each split, shape (n_classes,)."""
        splits = {"train": self.y_train, "validate": self.y_validation, "test": self.y_test}
        return {name: y.sum(axis=0).astype(int) for name, y in splits.items()}

    def class_names(self) -> list[str]:
        """Names of the classes as a figure shows them: on one line, and cut if they are long."""
        return [shown(name, LETTERS) for name in self.classes]

    def _repr_markdown_(self) -> str:
        n, n_validation, n_test = map(len, (self.x_train, self.x_validation, self.x_test))
        total = n + n_validation + n_test
        n_inputs = self.x_train[0].size
        some = ", ".join(code(name) for name in self.inputs[:NAMED])
        more = " and more" if len(self.inputs) > NAMED else ""
        test = self.counts()["test"]
        majority = f"{100 * test.max() / test.sum():.1f} %"
        drawn = (
            f"Of {self.n_available:,} samples {total:,} were drawn at random, each class with its "
            "share."
            if total < self.n_available
            else f"There are {total:,} samples."
        )
        return (
            f"{drawn} {n:,} train, {n_validation:,} validate and {n_test:,} test. They have "
            f"{n_inputs:,} inputs{f' ({some}{more})' if some else ''} and {len(self.classes)} "
            f"classes. Always predicting the majority class, {code(self.classes[test.argmax()])}, "
            f"gives a test accuracy of {majority}. One test sample more or less is worth "
            f"{100 / n_test:.2g} percentage points."
        )


def user_splits(
    *,
    table: str = "",
    target: str = "",
    features: Sequence[str] = (),
    delimiter: str = ",",
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
        target, features, delimiter: of the table, as for ``helpers.data.load_table``.
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
    if images:
        data = load_images(images, image_size=image_size, color_mode=color_mode, **shared)
    elif table:
        data = load_table(table, target, features, delimiter=delimiter, **shared)
    else:
        data = example_table(example, **shared)
    if flat:
        data = flattened(data)
    return _in_three(data, test_share / (1 - test_share), data_seed)


def _in_three(data: NamedDataset, share: float, seed: int) -> UserSplits:
    """The training samples split once more: this share of them validates."""
    choosing = with_validation(data, share, seed)
    return UserSplits(
        x_train=choosing.x_train,
        y_train=choosing.y_train,
        x_validation=choosing.x_test,
        y_validation=choosing.y_test,
        x_test=data.x_test,
        y_test=data.y_test,
        name=data.name,
        inputs=data.inputs,
        classes=data.classes,
        n_available=data.n_available,
    )
