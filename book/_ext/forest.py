"""Draws an effect and its interval, so that a result is seen before its numbers are read.

Drawings are SVG in the page. Letters keep their size on a phone, and colours are those of the text
and of `results.css`.
"""

from html import escape
from typing import Any

from scales import (
    Scale,
    band,
    common_scale,
    interval,
    is_drawn,
    marks,
    tick_values,
    whole_scale,
)


def printed(value: float) -> str:
    """Return a number as a label of a drawing.

    >>> printed(0.5), printed(-1200.0)
    ('0.5', '−1,200')
    """
    return f"{value:,.4g}".replace("-", "−")


def references(assertion: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what an effect is compared with: the sign that it has in a drawing, and words."""
    none, stated = marks(assertion)
    said = []
    if none is not None:
        word = "no effect:" if none in (0, 1) else "to exceed:"
        word = "compared with" if assertion["type"] == "proportion" else word
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
            f'<rect class="equivalence" x="{left:.2f}%" width="{right - left:.2f}%"'
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
