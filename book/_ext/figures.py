"""Lets figures be read in the dark: each has a version for the day and one for the night.

Each SVG figure of a page becomes a pair of files. The light one is the figure that the chapter
drew, with its white ground taken away. In the dark one black and grey change places with white, and
a dark colour is lightened. The page holds both, and the theme shows the one that fits; the other is
not loaded.

On a phone the panels of a figure stand below each other (see `panels.py`). A figure that has one is
no narrower than its smallest letters allow, and scrolls in its own box.
"""

import base64
import functools
import hashlib
import html
import io
import posixpath
import re
from math import hypot, log
from pathlib import Path
from urllib.parse import quote

from coloraide import Color
from docutils import nodes
from panels import Box, panels
from PIL import Image
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

PAGE = {"light": "#ffffff", "dark": "#121212"}  # the grounds of the two themes
INK = {"light": "#000000", "dark": "#e4e6e8"}
GREY = 0.02  # the chroma below which a colour counts as a grey
LIFT = 0.08  # what the dark page adds to the lightness of a colour …
FLOOR, SLOPE = 0.5, 0.16  # … and the line that lightness stays above, however dark the colour was
LETTERS = 9  # the height of the smallest letters on a phone, in CSS pixels, by their font size

GROUND = re.compile(
    r'(<g id="(?:figure|axes)_\d+">\s*<g id="patch_\d+">\s*<path [^>]*?fill: )#ffffff'
)
COLOR = re.compile(r"\b((?:fill|stroke): ?)(#[0-9a-f]{6})\b")
PICTURE = re.compile(r"(data:image/png;base64,)([\sA-Za-z0-9+/=]+)")
NEEDLESS = re.compile(r"<!DOCTYPE.*?>\s*|<metadata>.*?</metadata>\s*", re.DOTALL)
SIZE = re.compile(r'<svg [^>]*?viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"')
LETTER = re.compile(r'<g transform="translate\([^)]*\)(?: rotate\([^)]*\))? scale\(([\d.]+) ')
PIXEL = 4 / 3  # CSS pixels in a point


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""
    return Color(one).contrast(other)


@functools.cache
def by_night(color: str) -> str:
    """Return what a colour `#rrggbb` of a figure becomes on the dark page.

    A grey gets the contrast with the dark page that it has with the white one, scaled so that black
    becomes the ink of the night. Another colour keeps its hue and is lightened, all by the same so
    that they stay as far apart, and dark ones by more, so that they are seen and stay in order.
    """
    lightness, a, b = Color(color).convert("oklab").coords()
    if hypot(a, b) < GREY:
        scale = log(contrast(INK["dark"], PAGE["dark"])) / log(21)
        wanted = contrast(color, PAGE["light"]) ** scale
        light = wanted * (Color(PAGE["dark"]).luminance() + 0.05) - 0.05
        night = Color("srgb-linear", [light] * 3)
    else:
        night = Color("oklab", [max(lightness + LIFT, FLOOR + SLOPE * lightness), a, b])
    return night.convert("srgb").clip().to_string(hex=True)


def picture_by_night(png: str) -> str:
    """Return a picture in base64 for the dark page: in greys it changes, in colours it does not."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA")
    *colors, opacity = picture.split()
    if len({band.tobytes() for band in colors}) > 1:
        return png
    greys = [int(by_night(f"#{grey:02x}{grey:02x}{grey:02x}")[1:3], 16) for grey in range(256)]
    grey = colors[0].point(greys)
    file = io.BytesIO()
    Image.merge("LA", [grey, opacity]).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def painted(svg: str, theme: str) -> str:
    """Return a figure of matplotlib for the light or the dark theme, on a transparent ground."""
    svg = GROUND.sub(r"\1none", NEEDLESS.sub("", svg))
    for side in ("width", "height"):  # the view box says it, also where a part of it is viewed
        svg = re.sub(rf'(<svg [^>]*?) {side}="[^"]*"', r"\1", svg, count=1)
    if theme == "light":
        return svg
    svg = COLOR.sub(lambda found: found[1] + by_night(found[2]), svg)
    svg = PICTURE.sub(lambda found: found[1] + picture_by_night(found[2]), svg)
    return svg.replace("<svg ", f'<svg fill="{INK["dark"]}" ', 1)  # matplotlib leaves black unsaid


def size(svg: str) -> tuple[int, int]:
    """Return width and height of a figure of matplotlib in CSS pixels."""
    return tuple(round(float(side) * PIXEL) for side in SIZE.search(svg).groups())


def least_width(svg: str) -> int:
    """Return the width in CSS pixels at which the smallest letters of a figure are legible."""
    letters = [float(scale) * 100 * PIXEL for scale in LETTER.findall(svg)]
    width, _ = size(svg)
    return min(width, round(width * LETTERS / min(letters))) if letters else 0


class Pair(nodes.General, nodes.Element):
    """A figure for both themes, in a box that scrolls where the page is narrow."""


class Painted(nodes.image):
    """A figure as one theme shows it.

    Its `size`, the `least_width` to show it at, and its `panels`, are the same in both themes.
    """


def visit_pair(translator: HTML5Translator, node: Pair) -> None:
    """Open the box of a figure."""
    translator.body.append(translator.starttag(node, "div", CLASS="figure-box"))


def depart_pair(translator: HTML5Translator, node: Pair) -> None:
    """Close the box of a figure."""
    translator.body.append("</div>\n")


def cut(source: str, box: Box, alt: str) -> str:
    """Return the HTML of an image that shows a part of a figure, by a view of its file."""
    view = f"svgView(viewBox({box.left:g},{box.top:g},{box.width:g},{box.height:g}))"
    width, height = round(box.width * PIXEL), round(box.height * PIXEL)
    shape = f"width: {width}px; aspect-ratio: {width} / {height}"
    return (
        f'<img class="dark-light" src="{source}#{view}" alt="{html.escape(alt)}" width="{width}" '
        f'height="{height}" style="{shape}" loading="lazy">\n'
    )


def visit_painted(translator: HTML5Translator, node: Painted) -> None:
    """Write a figure that keeps its room free, and loads once it is about to be seen."""
    name = quote(translator.builder.images[node["uri"]])
    width, height = node["size"]
    settings = {"src": posixpath.join(translator.builder.imgpath, name), "alt": node.get("alt", "")}
    settings |= {"width": width, "height": height, "loading": "lazy"}
    settings["style"] = f"min-width: {node['least_width']}px"
    translator.body.append(translator.emptytag(node, "img", "\n", **settings))
    if node["panels"]:
        theme = " ".join(name for name in node["classes"] if name.startswith("only-"))
        translator.body.append(f'<div class="panels {theme}">\n')
        for number, box in enumerate(node["panels"]):
            part = f"Part {number + 1} of {len(node['panels'])} of this figure."
            alt = part if number else settings["alt"]
            translator.body.append(cut(settings["src"], box, alt))
        translator.body.append("</div>\n")
    raise nodes.SkipNode


class Pairs(SphinxTransform):
    """Puts a pair of figures in the place of each SVG figure of a page."""

    default_priority = 500

    def apply(self) -> None:
        """Write the two files beside the pictures that MyST-NB writes, and show them."""
        folder = Path(self.env.mystnb_config.output_folder)
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.env.relfn2path(image["uri"], self.env.docname)[1])
            if path.suffix != ".svg":
                continue
            svg = path.read_text(encoding="utf-8")
            pair = Pair()
            for theme in PAGE:
                file = folder / f"{hashlib.sha256(svg.encode()).hexdigest()}-{theme}.svg"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(painted(svg, theme), encoding="utf-8")
                shown = Painted(
                    **image.attributes,
                    size=size(svg),
                    least_width=least_width(svg),
                    panels=panels(svg),
                )
                shown["uri"] = f"/{file.relative_to(self.env.srcdir).as_posix()}"
                shown["classes"] = [*image["classes"], f"only-{theme}"]
                pair.append(shown)
            image.replace_self(pair)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform and what writes its figures."""
    app.add_node(Pair, html=(visit_pair, depart_pair))
    app.add_node(Painted, html=(visit_painted, None))
    app.add_transform(Pairs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
