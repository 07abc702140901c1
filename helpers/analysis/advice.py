"""What to do by the recommended settings: a sentence or two for each goal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import stats

from helpers.analysis.goal_tables import amount, edges
from helpers.analysis.goals import GOALS, all_medians
from helpers.analysis.recommendation import CELL, ERROR, Cell, Recommendation
from helpers.analysis.validation_metrics import ValidationMetric

SEEDS = "tuning_seeds"  # the parameter that sets the number of seeds
CLOSE = 1.5  # times what the first setting takes, up to which a tie is as good
MOST_SEEDS = 1000  # that a chapter takes
MORE = 4  # times as many seeds, of which is said what they would buy
CHEAPEST = {"updates": "epochs", "epochs": "updates", "volatility": "updates", "miss": "updates"}


@dataclass(frozen=True)
class Advice:
    """Sentences for each goal, which a notebook shows as a list.

    Attributes:
        sentences: by goal.
        settings: that the sentences name, by goal; None where no setting gets there.
    """

    sentences: Mapping[str, str]
    settings: Mapping[str, Cell | None]

    def _repr_markdown_(self) -> str:
        goals = {}
        for goal, text in self.sentences.items():
            goals.setdefault(text, []).append(goal)
        return "\n".join(
            f"- **{', '.join(same).capitalize()}:** {text}" for text, same in goals.items()
        )


def advice(
    found: Mapping[str, Recommendation],
    cost: xr.Dataset,
    metric: ValidationMetric,
    n_train: int,
    weighted: bool = False,
) -> Advice:
    """Say for each goal which setting to take, and what more seeds would buy.

    Of settings that tie, and come close to the first, the cheapest is named: the one of the fewest
    epochs for few updates, and of the fewest updates for the other goals, to the target or, where
    it is not reached, in all. Close is half as much again, and of the final metric its margin.

    Args:
        found: what ``helpers.analysis.recommendations`` returned.
        cost: what it was found from.
        metric: what the runs were judged by.
        n_train: training samples.
        weighted: whether classes had weights.
    """
    middle = all_medians(cost)
    best = float(middle.final.max() if metric.rises else middle.final.min())
    sentences, settings = {}, {}
    for goal, recommended in found.items():
        settings[goal] = None
        if recommended.first is None or not metric.beats_guessing(best):
            sentences[goal] = _none(best, metric, cost.attrs["epochs"], weighted)
            continue
        settings[goal] = recommended.first
        if cost.sizes["seed"] >= fewest_seeds(recommended.n_others):
            margin = metric.points * metric.margin
            settings[goal] = _cheapest(recommended, middle, GOALS[goal], margin)
        about = (recommended, cost, middle, GOALS[goal], n_train)
        sentences[goal] = " ".join(_about(settings[goal], *about))
    return Advice(sentences, settings)


def _none(best: float, metric: ValidationMetric, n_epochs: int, weighted: bool) -> str:
    """Why there is no setting to name, and what to try."""
    if not np.isfinite(best):
        return "no setting trains at all: try smaller learning rates."
    tries = []
    if metric.name == "balanced accuracy" and not weighted:
        tries.append("let rare classes count as much as frequent ones (`-p class_weight balanced`)")
    if not metric.beats_guessing(best):
        first = f"L{tries[0][1:]}. Else" if tries else "Perhaps"
        return (
            f"no setting learns more than chance would: the best ends at {metric.in_words(best)}. "
            f"{first} the samples are too few, or the inputs do not tell what is to be predicted."
        )
    parameter = "target_accuracy" if metric.rises else f"target_{metric.name}"
    easier = f"`-p {parameter} {best - (best - metric.guess) / 10:.2g}`"
    tries += [f"train longer (`-p epochs {2 * n_epochs}`)", "change the model"]
    known = f", such as {easier}" if np.isfinite(metric.guess) else ""
    return (
        f"no setting reaches {metric.in_words(metric.target)} and keeps it; the best ends at "
        f"{metric.in_words(best)}. {tries[0][0].upper()}{', '.join(tries)[1:]}, or take an easier "
        f"target{known}."
    )


def _cheapest(found: Recommendation, middle: xr.Dataset, name: str, margin: float) -> Cell:
    """The cheapest of the settings that tie and come close to the first."""
    least = _at(middle[name], found.first)
    most = least + margin if name == "miss" else CLOSE * least
    close = [found.first, *(tie for tie in found.ties if _at(middle[name], tie) <= most)]
    return min(close, key=lambda cell: _price(cell, middle, name))


def _price(cell: Cell, middle: xr.Dataset, name: str) -> tuple[float, float]:
    """What a setting costs besides the goal: to the target, and where that is equal, in all."""
    return _at(middle[CHEAPEST[name]], cell), _at(middle.updates_of_run, cell)


def fewest_seeds(n_others: int) -> int:
    """Seeds with which a setting that loses on all of them is called worse than another.

    Args:
        n_others: settings that it is compared with.

    >>> fewest_seeds(15), fewest_seeds(1)
    (9, 5)
    """
    return int(np.ceil(np.log2(max(1, n_others) / ERROR)))


def _about(
    setting: Cell,
    found: Recommendation,
    cost: xr.Dataset,
    middle: xr.Dataset,
    name: str,
    n_train: int,
) -> Iterator[str]:
    metric, n_seeds = cost.attrs["metric"], cost.sizes["seed"]

    def takes(cell, which):
        return amount(_at(middle[which], cell), which, metric)

    updates, epochs = takes(setting, "updates"), takes(setting, "epochs")
    target = "does not reach the target"
    if np.isfinite(_at(middle.updates, setting)):
        target = f"reaches the target after {updates} ({epochs})"
    if name in ("updates", "epochs"):
        outcome = target
    else:
        n = cost.attrs["epochs"]
        ends = (
            f"ends {takes(setting, name)}"
            if name == "miss"
            else f"swings by {takes(setting, name)}"
        )
        outcome = f"{ends} after {n} {'epoch' if n == 1 else 'epochs'}, and {target}"
    yield f"take batch size {setting[0]} at learning rate {setting[1]:g}, which {outcome}."
    if name == "volatility" and not np.isfinite(_at(middle.updates, setting)):
        yield "It is steady short of the target, so prefer the most accurate setting."
    n_ties, least = len(found.ties), fewest_seeds(found.n_others)
    if found.is_clear:
        yield "It is the clear winner: chance hardly explains its lead."
    elif n_ties and n_seeds < least:
        yield (
            f"It only comes first: {n_seeds} {'seed tells' if n_seeds == 1 else 'seeds tell'} no "
            f"setting from another, {least} could (`-p {SEEDS} {least}`)."
        )
    elif n_ties:
        ties = f"{n_ties} {'tie' if n_ties == 1 else 'ties'}"
        fewest = CHEAPEST[name]
        if setting == found.first:
            yield f"It comes first, with {ties}; none that comes close takes fewer {fewest}."
        else:
            first = f"{found.first[0]} at {found.first[1]:g}"
            yield (
                f"The first, {first} ({takes(found.first, name)}), has {ties}; of those that come "
                f"close this one takes the fewest {fewest}."
            )
        more = min(MORE, MOST_SEEDS // n_seeds)
        if more > 1:
            told = told_apart(found, cost[name], more)
            seeds = f"{more * n_seeds} seeds (`-p {SEEDS} {more * n_seeds}`)"
            if told == 0:
                yield f"They are so close that even {seeds} would hardly rule out any."
            else:
                which = "all ties" if told == n_ties else f"{told} of the {n_ties} ties"
                yield f"If the seeds go on like this, {seeds} would rule out {which}."
    sides = edges(setting, cost, n_train)
    if sides:
        yield f"It lies at the edge of the map ({', '.join(sides)}): widen it there."
    rest = n_train % setting[0]
    if 0 < rest < setting[0] / 2:
        better = whole_batches(setting[0], n_train)
        yield (
            f"An epoch ends with a short batch of {rest}, whose few samples count as much as a "
            f"whole batch: drop it, or try batch size {better}."
        )


def told_apart(found: Recommendation, values: xr.DataArray, more: int) -> int:
    """How many ties would be ruled out with more seeds, if these went on as the others did.

    Args:
        found: what ``helpers.analysis.recommend`` returned of the values.
        values: dimensions batch_size, learning_rate and seed.
        more: times as many seeds.
    """
    cells = values.stack(cell=CELL).transpose("cell", "seed")
    kept = cells.sel(cell=[found.first, *found.ties]).values
    n, told = kept.shape[1], 0
    for tie in kept[1:]:
        wins = more * int((tie > kept).sum(axis=1).max())
        told += bool(stats.binom.sf(wins - 1, more * n, 0.5) <= ERROR / max(1, found.n_others))
    return told


def whole_batches(batch_size: int, n_train: int) -> int:
    """The batch size nearest to one, as a ratio, whose last batch is at least half full.

    Args:
        batch_size: of which the last batch is short.
        n_train: training samples.

    >>> whole_batches(256, 284), whole_batches(64, 284)
    (284, 63)
    """
    sizes = np.arange(1, n_train + 1)
    rests = n_train % sizes
    fine = sizes[(rests == 0) | (rests >= sizes / 2)]
    return int(fine[np.argmin(np.abs(np.log(fine / batch_size)))])


def _at(values: xr.DataArray, setting: Cell) -> float:
    return float(values.sel(batch_size=setting[0], learning_rate=setting[1]))
