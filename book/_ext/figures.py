"""Figures for the day and the night: each SVG figure of a page becomes a pair of files.

The light one is the figure that the chapter drew, with its white ground taken away. In the dark one
black and grey change places with white, and a colour too dark to be seen is lightened. The page
holds both, and the theme shows the one that fits; the other is not loaded.
"""

import posixpath
import re
from math import cbrt
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

PAGE = {"light": "#ffffff", "dark": "#121212"}  # the grounds of the two themes
INK = {"light": "#000000", "dark": "#e4e6e8"}
CONTRAST = 4.5  # of a colour on the dark page, at least
GREY = 0.02  # the chroma below which a colour counts as a grey

GROUND = re.compile(
    r'(<g id="(?:figure|axes)_\d+">\s*<g id="patch_\d+">\s*<path [^>]*?fill: )#ffffff'
)
COLOR = re.compile(r"\b((?:fill|stroke): ?)(#[0-9a-f]{6})\b")
NEEDLESS = re.compile(r"<!DOCTYPE.*?>\s*|<metadata>.*?</metadata>\s*", re.DOTALL)
SIZE = re.compile(r'<svg [^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"')


def linear(color: str) -> list[float]:
    """Return red, green and blue of a colour `#rrggbb` as linear light, from 0 to 1."""
    values = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]


def hexadecimal(light: list[float]) -> str:
    """Return the colour of linear light as `#rrggbb`; what no screen can show is cut off."""
    inside = [min(1.0, max(0.0, v)) for v in light]
    values = [12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in inside]
    return "#" + "".join(f"{round(255 * v):02x}" for v in values)


def oklab(color: str) -> list[float]:
    """Return lightness and the two opponent colours of Oklab (Ottosson 2020)."""
    r, g, b = linear(color)
    l, m, s = (
        cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
        cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
        cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
    )
    return [
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    ]


def from_oklab(lightness: float, a: float, b: float) -> str:
    """Return the colour `#rrggbb` of a point in Oklab."""
    l, m, s = (
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    return hexadecimal(
        [
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
        ]
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""
    weights = 0.2126, 0.7152, 0.0722
    dark, light = sorted(
        sum(w * v for w, v in zip(weights, linear(c), strict=True)) for c in (one, other)
    )
    return (light + 0.05) / (dark + 0.05)


def by_night(color: str) -> str:
    """Return what a colour of a figure becomes on the dark page.

    A grey keeps its place between ink and page, which have changed theirs. Another colour keeps
    its hue, and is lightened until its contrast with the page is enough.
    """
    lightness, a, b = oklab(color)
    if a**2 + b**2 < GREY**2:
        ink, page = (oklab(ground["dark"])[0] for ground in (INK, PAGE))
        return from_oklab(ink + lightness * (page - ink), 0, 0)
    while contrast(color, PAGE["dark"]) < CONTRAST:
        lightness += 0.005
        color = from_oklab(lightness, a, b)
    return color


def painted(svg: str, theme: str) -> str:
    """Return a figure of matplotlib for the light or the dark theme, on a transparent ground."""
    svg = GROUND.sub(r"\1none", NEEDLESS.sub("", svg))
    if theme == "light":
        return svg
    svg = COLOR.sub(lambda found: found[1] + by_night(found[2]), svg)
    return svg.replace("<svg ", f'<svg fill="{INK["dark"]}" ', 1)  # matplotlib leaves black unsaid


class Painted(nodes.image):
    """A figure as one theme shows it; `size` is its width and height in CSS pixels."""


def visit_painted(translator: HTML5Translator, node: Painted) -> None:
    """Write a figure that keeps its room free, and loads once it is about to be seen."""
    name = quote(translator.builder.images[node["uri"]])
    width, height = node["size"]
    settings = {"src": posixpath.join(translator.builder.imgpath, name), "alt": node.get("alt", "")}
    settings |= {"width": width, "height": height, "loading": "lazy"}
    translator.body.append(translator.emptytag(node, "img", "\n", **settings))
    raise nodes.SkipNode


class Pairs(SphinxTransform):
    """Puts a pair of figures in the place of each SVG figure of a page."""

    default_priority = 500

    def apply(self) -> None:
        """Write the two files beside the figure, and show them."""
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.env.relfn2path(image["uri"], self.env.docname)[1])
            if path.suffix != ".svg":
                continue
            svg = path.read_text(encoding="utf-8")
            size = [round(float(side) * 4 / 3) for side in SIZE.search(svg).groups()]
            pair = []
            for theme in PAGE:
                name = f"{path.stem}-{theme}.svg"
                path.with_name(name).write_text(painted(svg, theme), encoding="utf-8")
                attributes = image.attributes | {"uri": posixpath.join(posixpath.dirname(image["uri"]), name)}
                shown = Painted(size=size, **attributes)
                shown["classes"] = [*image["classes"], f"only-{theme}"]
                pair.append(shown)
            image.replace_self(pair)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform and what writes its figures."""
    app.add_node(Painted, html=(visit_painted, None))
    app.add_transform(Pairs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
