"""Draws an effect and its interval, so that a result is seen before its numbers are read.

Places along the line are percentages, so a drawing takes the width that it is given, and its
letters keep their size on a phone. Colours are those of the text and of `results.css`.
"""

import math
from dataclasses import dataclass
from html import escape
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


def printed(value: float) -> str:
    """Return a number as a label of a drawing.

    >>> printed(0.5), printed(-1200.0)
    ('0.5', '−1,200')
    """
    return f"{value:,.4g}".replace("-", "−")


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


def references(assertion: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what an effect is compared with: the sign that it has in a drawing, and words."""
    none, stated = marks(assertion)
    said = []
    if none is not None:
        word = "compared with" if assertion["type"] == "proportion" else "no effect:"
        said.append(("┊", f"{word} {printed(none)}"))
    if stated is not None:
        said.append(("◇", f"stated: {printed(stated)}"))
    if limits := band(assertion):
        low, high = map(printed, limits)
        said.append(("▒", f"no relevant difference: {low} to {high}"))
    return said


def description(assertion: dict[str, Any]) -> str:
    """Return what a drawing shows, in words."""
    words = [word for _, word in references(assertion)]
    return "; ".join([f"{assertion['quantity']}: {assertion['shown']}", *words])


def line(style: str, x1: float, x2: float, y1: float, y2: float) -> str:
    """Return a line."""
    return f'<line class="{style}" x1="{x1:.2f}%" x2="{x2:.2f}%" y1="{y1:g}" y2="{y2:g}"/>'


def shape(style: str, x: float, y: float, path: str) -> str:
    """Return a small shape about a place; the size of its path is in pixels."""
    return (
        f'<svg class="{style}" x="{x:.2f}%" y="{y:g}" width="1" height="1" overflow="visible">'
        f'<path d="{path}"/></svg>'
    )


def strokes(assertion: dict[str, Any], place: Scale, y: float) -> list[str]:
    """Return the band, the line of none, the interval, the stated value and the effect."""
    effect, low, high = interval(assertion)
    none, stated = marks(assertion)
    parts = []
    if limits := band(assertion):
        left, right = sorted(map(place, limits))
        parts.append(
            f'<rect class="margin" x="{left:.2f}%" width="{right - left:.2f}%"'
            f' y="{y - 10:g}" height="20"/>'
        )
    if none is not None:
        parts.append(line("none", place(none), place(none), y - 12, y + 12))
    known = next(value for value in (effect, low, high) if value is not None)
    outermost = (0.0, 100.0) if place.unit > 0 else (100.0, 0.0)
    for end, edge in zip((low, high), outermost, strict=True):
        x = edge if end is None else place(end)
        parts.append(line("interval", place(known), x, y, y))
        if end is None:
            parts.append(shape("arrow", x, y, "M8-5L0 0L8 5" if x == 0 else "M-8-5L0 0L-8 5"))
        else:
            parts.append(line("interval", x, x, y - 4, y + 4))
    if stated is not None:
        parts.append(shape("stated", place(stated), y, "M0-7L6 0L0 7L-6 0Z"))
    if effect is not None:
        parts.append(f'<circle class="effect" cx="{place(effect):.2f}%" cy="{y:g}" r="4.5"/>')
    return parts


def svg(assertion: dict[str, Any], style: str, height: int, parts: list[str]) -> str:
    """Return a drawing of some height in pixels, with its description for who cannot see it."""
    label = escape(description(assertion), quote=True)
    return (
        f'<svg class="{style}" role="img" aria-label="{label}" width="100%" height="{height}">'
        f"{''.join(parts)}</svg>"
    )


def forest(assertion: dict[str, Any]) -> str:
    """Return the drawing of an assertion with its axis, or an empty string if nothing is known."""
    if not is_drawn(assertion):
        return ""
    place = whole_scale(assertion)
    parts = strokes(assertion, place, 14)
    parts.append(line("axis", 0, 100, 30, 30))
    for tick in tick_values(assertion):
        x = place(tick)
        parts.append(line("axis", x, x, 30, 34))
        parts.append(f'<text x="{x:.2f}%" y="47">{printed(tick)}</text>')
    return svg(assertion, "forest", 52, parts)


def small_forest(assertion: dict[str, Any]) -> str:
    """Return the drawing of an assertion for a row: right of the common line is as claimed."""
    if not is_drawn(assertion):
        return ""
    return svg(assertion, "small-forest", 28, strokes(assertion, common_scale(assertion), 14))
