"""Places what an assertion compares along a line, so that rows can be read below each other.

Places are percentages of the width, so a drawing takes the width that it is given.
"""

import math
from dataclasses import dataclass
from typing import Any

from matplotlib.ticker import LogLocator, MaxNLocator

LEFT, RIGHT = 6.0, 94.0  # per cent of the width that values may take
ARROW = 10.0  # per cent left free for an interval without end
NONE_AT = 40.0  # where all rows of a summary have their line of none
MOST_TICKS = 5


@dataclass(frozen=True)
class Scale:
    """Where values are drawn, in per cent of the width.

    Attributes:
        log: whether the scale is logarithmic.
        origin: a value, or its logarithm.
        at: where that one is drawn.
        unit: per cent of the width for a step of 1; negative where less is drawn to the right.
    """

    log: bool
    origin: float
    at: float
    unit: float

    def __call__(self, value: float) -> float:
        """Return where a value is drawn."""
        return self.at + self.unit * ((math.log(value) if self.log else value) - self.origin)


def is_log(assertion: dict[str, Any]) -> bool:
    """Tell whether the values of an assertion are drawn on a logarithmic scale."""
    values = [v for v in (*interval(assertion), *marks(assertion)) if v is not None]
    return assertion["scale"] == "log" and all(value > 0 for value in values)


def interval(assertion: dict[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Return the effect and the ends of its interval; None where it is infinite."""
    return assertion["effect"], assertion["low"], assertion["high"]


def marks(assertion: dict[str, Any]) -> tuple[float | None, float | None]:
    """Return what an effect is compared with: none, and what the source states."""
    none = assertion["none"]
    if none is None and assertion["margin"] is not None:
        none = 1 if assertion["scale"] == "log" else 0
    return none, assertion["stated"]


def band(assertion: dict[str, Any]) -> tuple[float, float] | None:
    """Return the range of what does not matter, if the assertion has a margin.

    A margin is the largest difference, or on the logarithmic scale the largest factor.
    """
    (none, _), margin = marks(assertion), assertion["margin"]
    if margin is None:
        return None
    if assertion["scale"] == "log":
        return none / margin, none * margin
    return none - margin, none + margin


def drawn_values(assertion: dict[str, Any]) -> list[float]:
    """Return all finite values that a drawing shows."""
    values = [*interval(assertion), *marks(assertion), *(band(assertion) or ())]
    return [value for value in values if value is not None]


def is_drawn(assertion: dict[str, Any]) -> bool:
    """Tell whether there is anything to draw, beyond what an effect would be compared with."""
    return any(value is not None for value in interval(assertion))


def whole_scale(assertion: dict[str, Any]) -> Scale:
    """Return the scale on which all values fit."""
    log = is_log(assertion)
    values = [math.log(value) if log else value for value in drawn_values(assertion)]
    low, high = min(values), max(values)
    if low == high:
        low, high = low - 1, high + 1
    start = LEFT + ARROW * (assertion["low"] is None)
    end = RIGHT - ARROW * (assertion["high"] is None)
    return Scale(log, low, start, (end - start) / (high - low))


def common_scale(assertion: dict[str, Any]) -> Scale:
    """Return the scale on which none has its place, and right of it is as claimed.

    Where there is no value of none, the stated one has that place, or else the effect.
    """
    log = is_log(assertion)
    places = (*marks(assertion), *drawn_values(assertion))
    origin = next(value for value in places if value is not None)
    scale = Scale(log, math.log(origin) if log else origin, 0, -1 if is_less(assertion) else 1)
    offsets = [scale(value) for value in drawn_values(assertion)]
    room_right, room_left = RIGHT - ARROW - NONE_AT, NONE_AT - ARROW - LEFT
    farthest = max(max(offsets) / room_right, -min(offsets) / room_left) or 1
    return Scale(log, scale.origin, NONE_AT, scale.unit / farthest)


def is_less(assertion: dict[str, Any]) -> bool:
    """Tell whether the source claims less than none."""
    return assertion["claimed"] == "less"


def tick_values(assertion: dict[str, Any]) -> list[float]:
    """Return a few round values along the scale."""
    values = drawn_values(assertion)
    low, high = min(values), max(values)
    if low == high:
        return [low]
    locators = [MaxNLocator(MOST_TICKS - 1)]
    if is_log(assertion):
        locators = [LogLocator(subs=subs) for subs in ((1, 2, 5), (1, 3), (1,))] + locators
    for locator in locators:
        ticks = [float(tick) for tick in locator.tick_values(low, high) if low <= tick <= high]
        if 2 <= len(ticks) <= MOST_TICKS:
            return ticks
    return [low, high]
