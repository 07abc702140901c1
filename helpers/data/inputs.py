"""Columns of a table as inputs: gaps filled, numbers scaled, categories one-hot."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from helpers.data.tables import MOST_COLUMNS
from helpers.errors import ParameterError, quoted


def encoded(
    file: str,
    columns: pd.DataFrame,
    categories: Mapping[str, Sequence[str]],
    parts: Sequence[np.ndarray],
    standardise: bool = True,
) -> tuple[list[np.ndarray], dict[str, list[str]], dict[str, str]]:
    """The inputs of each split, by what the first of them, which trains, says of the columns.

    A number becomes an input with mean 0 and standard deviation 1; a gap its median. A category
    becomes an input that is 1 for its samples, else 0; a gap the most frequent one. A column with
    gaps has one input more, 1 where it was missing.

    Args:
        file: name of the file, for what is said of it.
        columns: a row for each sample, float64, NaN in gaps; categories by their places.
        categories: names of the categories of those columns that have some.
        parts: rows of each split.
        standardise: False leaves numbers as they are.

    Returns:
        An array of shape (n, n_inputs), float32, for each split; names of the inputs that each
        column becomes; and what its gaps were filled with.

    Raises:
        ParameterError: there would be more than 2000 inputs, or numbers that single precision
            cannot hold.
    """
    numbers = [name for name in columns if name not in categories]
    gapped = [name for name in columns if columns[name].isna().any()]
    made = {name: [f"{name} = {text}" for text in categories[name]] for name in categories}
    made |= {name: [name] for name in numbers}
    made = {name: made[name] + [f"{name} is missing"] * (name in gapped) for name in columns}
    if (n_inputs := sum(map(len, made.values()))) > MOST_COLUMNS:
        raise ParameterError(
            f"{quoted(file)} must make at most {MOST_COLUMNS} inputs, got {n_inputs} (one for each "
            "category): name fewer features"
        )
    scaled, orders = columns.copy(), 0
    if standardise:
        orders = binary_orders(columns[numbers].iloc[parts[0]].to_numpy())
        scaled[numbers] = np.ldexp(columns[numbers].to_numpy(), -orders)
    places = [np.arange(len(names)) for names in categories.values()]
    fill = {"keep_empty_features": True}
    one_hot = OneHotEncoder(categories=places, sparse_output=False, dtype="float32")
    scale = StandardScaler(copy=False) if standardise else "passthrough"
    encoder = ColumnTransformer(
        [
            ("number", make_pipeline(SimpleImputer(strategy="median", **fill), scale), numbers),
            (
                "category",
                make_pipeline(SimpleImputer(strategy="most_frequent", **fill), one_hot),
                list(categories),
            ),
            ("gap", MissingIndicator(features="all"), gapped),
        ],
        sparse_threshold=0,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        encoder.fit(scaled.iloc[parts[0]])
        arrays = [encoder.transform(scaled.iloc[rows]).astype("float32") for rows in parts]
    blocks = [[name] for name in numbers] + [[name] * len(categories[name]) for name in categories]
    owners = np.concatenate([*blocks, gapped]) if gapped else np.concatenate(blocks)
    order = np.concatenate([np.flatnonzero(owners == name) for name in columns])
    arrays = [array[:, order] for array in arrays]
    for i, (at, name) in enumerate(zip(order.argsort(), owners, strict=True)):
        known = columns[name].iloc[parts[0]].dropna().to_numpy()
        lost = i < len(numbers) and (known != known[:1]).any() and not np.ptp(arrays[0][:, at])
        if lost or not all(np.isfinite(array[:, at]).all() for array in arrays):
            raise ParameterError(
                f"column {quoted(name)} of {quoted(file)} holds numbers that single precision "
                "cannot tell apart, or cannot hold"
            )
    return arrays, made, _filled(encoder, numbers, orders, categories, gapped)


def binary_orders(values: np.ndarray) -> np.ndarray:
    """Powers of two that bring the largest absolute number of each column between 1/2 and 1.

    Divided by them, numbers of any size keep their digits and have squares that float64 can hold.

    Args:
        values: shape (n, n_columns) or (n,), NaN in gaps.

    >>> binary_orders(np.array([[3.0], [-4.0]]))
    array([3], dtype=int32)
    """
    return np.frexp(np.fmax.reduce(np.abs(values), axis=0, initial=0))[1]


def _filled(
    encoder: ColumnTransformer,
    numbers: Sequence[str],
    orders: np.ndarray | int,
    categories: Mapping[str, Sequence[str]],
    gapped: Sequence[str],
) -> dict[str, str]:
    """What the gaps of each column were filled with."""
    filled = {}
    for kind, names in (("number", numbers), ("category", list(categories))):
        if names:
            values = encoder.named_transformers_[kind][0].statistics_
            values = np.ldexp(values, orders) if kind == "number" else values
            filled |= dict(zip(names, values, strict=True))
    return {
        name: categories[name][int(filled[name])] if name in categories else f"{filled[name]:.6g}"
        for name in gapped
    }
