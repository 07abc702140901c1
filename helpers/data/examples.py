"""Real tables that come with scikit-learn, in place of one's own."""

import numpy as np
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.preprocessing import StandardScaler

from helpers import checks
from helpers.data.named import NamedDataset, about
from helpers.data.splits import Categories, drawn, split

# Real tables, and a few of their columns: with all of them the classes hardly overlap.
EXAMPLES = {
    "breast_cancer": (
        load_breast_cancer,
        ["mean radius", "mean texture", "mean smoothness", "mean compactness"],
    ),
    "wine": (load_wine, ["alcohol", "malic_acid", "ash", "magnesium"]),
}


def example_table(
    name: str, *, test_share: float = 0.25, data_seed: int = 0, max_samples: int | None = None
) -> NamedDataset:
    """Four columns of a real table that comes with scikit-learn, as ``load_table`` returns them.

    Args:
        name: "breast_cancer", 569 tumours, benign or malignant, by means over their cells, or
            "wine", 178 wines of three growers by what is in them.
        test_share, data_seed, max_samples: as for ``load_table``.

    >>> example_table("wine").x_train.shape
    (133, 4)
    """
    load, inputs = EXAMPLES[checks.one_of("name", name, list(EXAMPLES))]
    bunch = load()
    labels = Categories(bunch.target, [str(name) for name in bunch.target_names])
    rows = drawn(labels, max_samples, data_seed)
    parts = split(Categories(labels.codes[rows], labels.names), test_share, data_seed)
    train, test = (rows[part] for part in parts)
    x = bunch.data[:, [list(bunch.feature_names).index(name) for name in inputs]]
    scaler = StandardScaler().fit(x[train])
    x_train, x_test = (scaler.transform(x[part]).astype("float32") for part in (train, test))
    y = np.eye(len(labels.names), dtype="float32")[labels.codes]
    columns = {name: ("number", 1, 0, "", "") for name in inputs}
    columns["kind"] = (f"target: {', '.join(labels.names)}", 0, 0, "", "")
    return NamedDataset(
        x_train, y[train], x_test, y[test], name, inputs, labels.names, len(x),
        columns=about(columns),
    )  # fmt: skip
