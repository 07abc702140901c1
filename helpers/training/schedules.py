"""Schedules: what the batch size or the learning rate is in each epoch, a list of one value each.

``helpers.train`` takes such a list as ``batch_size`` or ``learning_rate``.
"""

from collections.abc import Sequence

from helpers import checks


def steps(start: float, factor: float, milestones: Sequence[int], epochs: int) -> list[float]:
    """``start``, multiplied by ``factor`` at every milestone.

    Args:
        start: the value of the first epochs, above 0.
        factor: above 0; below 1 the values shrink.
        milestones: each the number of epochs after which a step is taken, at least 0, all
            different, in any order. A step after 0 epochs is there from the first; one after
            ``epochs`` or more is never taken.
        epochs: at least 1.

    Returns:
        One value per epoch. Powers of ``factor`` are taken at once, so nothing rounds up over
        several steps.

    Raises:
        ValueError: an argument is out of its range.

    >>> steps(0.1, 0.5, [2, 3], 5)
    [0.1, 0.1, 0.05, 0.025, 0.025]
    """
    start, factor = checks.positive("start", start), checks.positive("factor", factor)
    epochs = checks.whole_number("epochs", epochs, 1)
    after = checks.several("milestones", milestones)
    for milestone in after and checks.distinct("milestones", after):
        checks.whole_number("milestone", milestone, 0)
    taken = [sum(milestone <= epoch for milestone in after) for epoch in range(epochs)]
    return [start * factor**k for k in taken]


def whole_steps(start: float, factor: float, milestones: Sequence[int], epochs: int) -> list[int]:
    """``steps`` rounded to whole numbers, as batch sizes have to be; none is below 1.

    Each is the whole number nearest to the exact value, not to a multiple of the one before it.

    Args:
        start, factor, milestones, epochs: as for ``steps``.

    >>> whole_steps(3, 1.5, [1, 2, 3], 4)
    [3, 4, 7, 10]
    """
    return [max(1, round(value)) for value in steps(start, factor, milestones, epochs)]


def equal_phases(phases: int, epochs: int) -> list[int]:
    """The milestones that split ``epochs`` into ``phases`` of equal length, to an epoch.

    Args:
        phases: 1 to ``epochs``; one phase has no milestone.
        epochs: at least 1.

    >>> equal_phases(4, 200), equal_phases(3, 10), equal_phases(1, 10)
    ([50, 100, 150], [3, 7], [])
    """
    epochs = checks.whole_number("epochs", epochs, 1)
    phases = checks.whole_number("phases", phases, 1, epochs, "the number of epochs")
    return [round(epochs * k / phases) for k in range(1, phases)]


def warm_up(learning_rate: float, epochs: int, warm_up_epochs: int, start: float) -> list[float]:
    """From ``start`` in equal steps to ``learning_rate``, which then stays.

    The gradual warm-up of Goyal et al. (arXiv 1706.02677, section 2.2), with a step at the end of
    each epoch where theirs takes one at each update.

    Args:
        learning_rate: the value after the warm-up, above 0.
        epochs: at least 1.
        warm_up_epochs: epochs that begin below ``learning_rate``, 0 to ``epochs``; 0 is none.
        start: the value of the first epoch, above 0; it may lie above ``learning_rate``, too.

    Returns:
        One value per epoch.

    Raises:
        ValueError: an argument is out of its range.

    >>> warm_up(0.5, 5, 3, start=0.125)
    [0.125, 0.25, 0.375, 0.5, 0.5]
    """
    rate, start = checks.positive("learning_rate", learning_rate), checks.positive("start", start)
    epochs = checks.whole_number("epochs", epochs, 1)
    n = checks.whole_number("warm_up_epochs", warm_up_epochs, 0, epochs, "the number of epochs")
    rising = [start + (rate - start) * epoch / n for epoch in range(n)]
    return rising + [rate] * (epochs - n)
