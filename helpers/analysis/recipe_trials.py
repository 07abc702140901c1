"""The recipe's trial, as `make confirm` found it: a row for each data set and optimizer."""

from pathlib import Path

import numpy as np
import pandas as pd

TABLES = {"first": "recipe_trial.csv", "revised": "recipe_trial_revised.csv"}
FOLDER = Path(__file__).parent


def recipe_trial(path: str = "first") -> pd.DataFrame:
    """What the budget path picked on each data set, and how far it is from a search of 60 trials.

    Args:
        path: "first", the path as the recipe first had it, or "revised", the one that it has now,
            on data sets that had not been used before.

    Returns:
        One row for each data set and optimizer, as text. The picks are medians over the seeds, each
        of which walks the path by itself; the search's is its trial of the least loss, the mean of
        three seeds. Work counts in full runs, of which the search has 60. The other columns are of
        the path's pick on fresh runs, over those of the search's best by that measure, or of
        Keras's own batch size and learning rate: the mean final loss with a 95 % interval, which is
        below 1 where the search's trial does worse on fresh runs; updates and modelled seconds to
        1.2 times the final loss of the search's best, "never" where the typical pick does not get
        there.

    Raises:
        KeyError: there is no such path.
    """
    rows = read(path)
    shown = {
        "data set": rows.problem,
        "optimizer": rows.optimizer,
        "batch size: path / search": [
            f"{row.batch_size:.0f} / {row.search_batch_size:.0f}" for row in rows.itertuples()
        ],
        "learning rate: path / search": [
            f"{row.learning_rate:.2g} / {row.search_learning_rate:.2g}" for row in rows.itertuples()
        ],
        "work of the path (full runs)": rows.full_runs.map("{:.1f}".format),
        "final loss (× search's best)": [
            f"{row.loss_ratio:.2f} [{row.loss_low:.2f}, {row.loss_high:.2f}]"
            for row in rows.itertuples()
        ],
        "final loss (× Keras's defaults)": rows.over_usual.map("{:.2f}".format),
        "updates (× fewest)": rows.updates_ratio.map(times),
        "seconds (× least)": rows.seconds_ratio.map(times),
    }
    return pd.DataFrame(shown).set_index(["data set", "optimizer"])


def read(path: str) -> pd.DataFrame:
    """The committed numbers behind ``recipe_trial``.

    Args:
        path: "first" or "revised".
    """
    return pd.read_csv(FOLDER / TABLES[path])


def times(ratio: float) -> str:
    """A ratio as the table has it.

    >>> times(2.345), times(float("inf"))
    ('2.3', 'never')
    """
    return f"{ratio:.1f}" if np.isfinite(ratio) else "never"
