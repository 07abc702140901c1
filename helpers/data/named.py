"""A data set whose inputs and targets have names, as tables and folders of images give it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from helpers.data.dataset import Dataset

ABOUT = ["taken for", "inputs", "gaps", "filled with", "to notice"]  # of a column


def about(rows: dict[str, tuple[str, int, int, str, str]]) -> pd.DataFrame:
    """A table with a row for each column of another one, from ``rows``, with the columns ABOUT.

    They are: what it was taken for, the number of inputs that it makes, the number of its gaps,
    what they were filled with, and what to notice of it.
    """
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=ABOUT)
    return frame.rename_axis("column")


@dataclass(frozen=True)
class ColumnTable:
    """What ``about`` returned, shown by a notebook in full, and letter by letter.

    Attributes:
        frame: a row for each column.
    """

    frame: pd.DataFrame

    def _repr_html_(self) -> str:
        every = ("display.max_colwidth", None, "display.max_rows", None)
        with pd.option_context(*every, "display.html.use_mathjax", False):
            return self.frame._repr_html_()

    def __repr__(self) -> str:
        """As plain text, with sentences cut."""
        return self.frame.to_string(max_colwidth=60)


@dataclass(frozen=True)
class NamedDataset(Dataset):
    """A Dataset that knows what its inputs and classes are called, and how it was read.

    Attributes:
        inputs: names of the inputs, in the order of the columns of ``x_train``; of images none.
        classes: names of the classes, in the order of the columns of ``y_train``; none if numbers
            are predicted, of which ``y_train`` and ``y_test`` have one column.
        n_available: samples that there were, of which these are all or some.
        target_mean, target_std: what a standardised target of numbers is multiplied by and then
            shifted by, to be in its own unit: ``y * target_std + target_mean``.
        columns: as ``about`` returns it; of images empty.
        notices: a sentence for each thing that may not be what it was taken for.
    """

    inputs: list[str]
    classes: list[str]
    n_available: int
    target_mean: float = 0.0
    target_std: float = 1.0
    columns: pd.DataFrame = field(default_factory=lambda: about({}))
    notices: Sequence[str] = ()

    @property
    def predicts(self) -> str:
        """What the targets are: "classes" or "numbers"."""
        return "classes" if self.classes else "numbers"
