"""Finds the panels of a figure of matplotlib, so that a phone can show them below each other.

Nothing is drawn again: a phone shows the same file several times, each time cut to one panel.
"""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

MOST = 3  # panels in a row; more of them are small pictures, which belong together
NARROW = 40  # points; narrower axes are the colour bar of their neighbour
ROOM = 2  # points around a panel
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
TEXT = re.compile(r"translate\((\S+) (\S+)\)(?: rotate\(([^)]*)\))? scale\((\S+) ")
GLYPH = 64  # width of a glyph, in the units of the font, of which 100 are its size


class Box(NamedTuple):
    """A rectangle of a figure, in points: from left, top to right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def joined(self, other: "Box") -> "Box":
        """Return the smallest box around both."""
        return Box(*map(min, self[:2], other[:2]), *map(max, self[2:], other[2:]))

    def overlaps(self, other: "Box") -> bool:
        """Return whether the two have a part in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    @property
    def width(self) -> float:
        """Its width in points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height in points."""
        return self.bottom - self.top


def groups(parent: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    """Return the groups right below ``parent`` that matplotlib calls ``kind`` and a number."""
    return [child for child in parent if child.get("id", "").startswith(f"{kind}_")]


def texts(group: ElementTree.Element) -> Iterator[Box]:
    """Yield a box around each text in a group, as wide as its glyphs are on average."""
    for element in group.iter():
        if found := TEXT.match(element.get("transform", "")):
            x, y, size = float(found[1]), float(found[2]), 100 * float(found[4])
            places = [
                float(NUMBER.search(use.get("transform", "0"))[0])
                for use in element
                if use.tag.endswith("use")
            ]
            length = (max(places, default=0) + GLYPH) * size / 100
            angle = math.radians(float((found[3] or "0").split()[0]))
            corners = [(a, b) for a in (0, length) for b in (-size, size / 4)]
            across = [x + a * math.cos(angle) - b * math.sin(angle) for a, b in corners]
            down = [y + a * math.sin(angle) + b * math.cos(angle) for a, b in corners]
            yield Box(min(across), min(down), max(across), max(down))


def background(group: ElementTree.Element) -> Box | None:
    """Return the rectangle that the axes, or the legend, of a group draw first."""
    for patch in groups(group, "patch")[:1]:
        for path in patch:
            numbers = [float(number) for number in NUMBER.findall(path.get("d", ""))]
            x, y = numbers[::2], numbers[1::2]
            return Box(min(x), min(y), max(x), max(y))
    return None


def around(group: ElementTree.Element) -> Box | None:
    """Return a box around the axes of a group and all their texts."""
    box = background(group)
    for text in texts(group) if box else ():
        box = box.joined(text)
    return box


def legend(group: ElementTree.Element) -> Box:
    """Return a box around a legend, whose lines and dots stand left of its texts."""
    boxes = list(texts(group))
    box = boxes[0]
    for text in boxes[1:]:
        box = box.joined(text)
    return box._replace(left=box.left - 3 * (box.height if len(boxes) == 1 else 10))


def view_box(svg: str) -> Box:
    """Return the part of the plane that a figure shows."""
    x, y, width, height = map(float, re.search(r'viewBox="([^"]*)"', svg)[1].split())
    return Box(x, y, x + width, y + height)


def cropped(svg: str, number: int) -> str:
    """Return a figure cut to one of its panels, counted from 1 in the order of reading.

    Raises:
        ValueError: it has no such panel.
    """
    boxes = [whole for _, whole in axes_of(svg)]
    if not 1 <= number <= len(boxes):
        raise ValueError(f"The figure has {len(boxes)} panels, and no panel {number}.")
    box = with_room(boxes[number - 1], view_box(svg))
    view = f"{box.left:g} {box.top:g} {box.width:g} {box.height:g}"
    svg = re.sub(r'viewBox="[^"]*"', f'viewBox="{view}"', svg, count=1)
    for side, length in (("width", box.width), ("height", box.height)):
        svg = re.sub(rf'(<svg [^>]*?){side}="[^"]*"', rf'\g<1>{side}="{length:g}pt"', svg, count=1)
    return svg


def with_room(box: Box, shown: Box) -> Box:
    """Return a box that is a little larger, within what the figure shows."""
    return Box(
        max(shown.left, box.left - ROOM),
        max(shown.top, box.top - ROOM),
        min(shown.right, box.right + ROOM),
        min(shown.bottom, box.bottom + ROOM),
    )


def drawing(svg: str) -> ElementTree.Element | None:
    """Return the group of a figure of matplotlib, or None if the file is of something else."""
    [figure] = groups(ElementTree.fromstring(svg), "figure") or [None]
    return figure


def axes_of(svg: str) -> list[tuple[Box, Box]]:
    """Return the axes of a figure that are seen, each with the box of all that belongs to them."""
    figure, shown, found = drawing(svg), view_box(svg), []
    for axes in groups(figure, "axes") if figure is not None else []:
        inner, outer = background(axes), around(axes)
        if inner is None or not inner.overlaps(shown):
            continue
        for number, (other, whole) in enumerate(found):
            near = inner.width < NARROW and inner.top < other.bottom and other.top < inner.bottom
            if inner.overlaps(other) or (near and number == len(found) - 1):
                found[number] = other, whole.joined(outer)
                break
        else:
            found.append((inner, outer))
    return found


def panels(svg: str) -> list[Box]:
    """Return the boxes of a figure's panels in the order of reading, after that of its legend.

    None if it has one panel in a row, more than `MOST`, or a text that belongs to all of them.
    """
    figure, found = drawing(svg), axes_of(svg)
    rows = {round(inner.top / 20) for inner, _ in found}
    if not rows or not 2 <= len(found) / len(rows) <= MOST or groups(figure, "text"):
        return []
    boxes = [legend(each) for each in groups(figure, "legend")] + [outer for _, outer in found]
    return [with_room(box, view_box(svg)) for box in boxes]
