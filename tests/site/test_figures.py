"""Figures of both themes: readable, told apart by every eye, legible on a phone."""

import base64
import io
import re
from itertools import combinations
from math import dist

import figures
import pytest
from coloraide import Color
from conftest import ROOT
from PIL import Image
from small_book import FIGURE

from helpers import plots

# What dichromats see: Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113. Grey print
# keeps nothing but luminance.
EYES = {
    "all colours": lambda color: color,
    "protanopia": lambda color: color.filter("protan", method="machado"),
    "deuteranopia": lambda color: color.filter("deutan", method="machado"),
    "tritanopia": lambda color: color.filter("tritan", method="machado"),
    "grey print": lambda color: color.filter("grayscale"),
}
APART = 0.1  # the distance in Oklab from which two colours do without another dash or marker
SEEN = 0.02  # and the one that is just noticeable
GROUPS = {
    "train and test": {plots.TRAIN: "solid", plots.TEST: "dashed"},
    "flavours": {color: plots.DASHES[name] for name, color in plots.FLAVOURS.items()},
    "classes": dict(zip(plots.CLASSES[:3], plots.MARKERS, strict=False)),
}
PAINTED = {
    theme: {
        file.name.removesuffix(f"-{theme}.svg"): file.read_text()
        for file in sorted((ROOT / "_build" / "html" / "_images").glob(f"*-{theme}.svg"))
    }
    for theme in figures.PAGE
}
DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 360">
<metadata>A date.</metadata>
<g id="figure_1">
<g id="patch_1"><path d="M 0 0 L 720 360 z" style="fill: #ffffff"/></g>
<g transform="translate(40 80) rotate(-90) scale(0.1125 -0.1125)" style="fill: #000000"/>
<g transform="translate(40 80) scale(0.2 -0.2)" style="fill: #000000"/>
</g></svg>
"""
every_theme = pytest.mark.parametrize("theme", figures.PAGE)


def oklab(color):
    """Return lightness and the two opponent colours of a colour."""
    return Color(color).convert("oklab").coords()


def seen(color, eyes):
    """Return a colour as it is seen, in Oklab."""
    return oklab(EYES[eyes](Color(color)).clip("srgb"))


def colors(svg):
    """Return the colours that a figure draws with."""
    return set(re.findall(r"(?:fill|stroke): ?(#[0-9a-f]{6})", svg))


@every_theme
@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("group", GROUPS)
def test_what_must_be_told_apart_is_by_color_or_by_dash_or_marker(group, eyes, theme):
    shown = {
        color: figures.by_night(color) if theme == "dark" else color for color in GROUPS[group]
    }
    for one, other in combinations(shown, 2):
        distance = dist(seen(shown[one], eyes), seen(shown[other], eyes))
        assert distance >= APART or GROUPS[group][one] != GROUPS[group][other], (one, other)
        if eyes != "grey print":
            assert distance >= 2 * SEEN, (one, other)


@pytest.mark.parametrize("color", [plots.TRAIN, plots.TEST, *plots.FLAVOURS.values()])
def test_color_stands_out_at_night_and_keeps_its_hue(color):
    night = figures.by_night(color)
    assert figures.contrast(night, figures.PAGE["dark"]) >= 4.5
    (_, *hue), (_, *night_hue) = oklab(color), oklab(night)
    assert dist(hue, night_hue) < 0.04


def test_black_and_white_change_places():
    assert figures.by_night("#ffffff") == figures.PAGE["dark"]
    ink = figures.contrast(figures.by_night("#000000"), figures.PAGE["dark"])
    assert ink == pytest.approx(figures.contrast(figures.INK["dark"], figures.PAGE["dark"]), 0.02)


def test_order_of_greys_and_of_a_scale_of_colors_stays():
    greys = [figures.by_night(f"#{grey:02x}{grey:02x}{grey:02x}") for grey in range(0, 256, 5)]
    assert greys == sorted(greys, reverse=True)
    scale = ["#00224e", "#4f576c", "#948e77", "#e5cf52"]
    lightness = [oklab(figures.by_night(color))[0] for color in scale]
    assert lightness == sorted(lightness)


def picture(mode, color):
    """Return a picture of one colour in base64."""
    file = io.BytesIO()
    Image.new(mode, (2, 2), color).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_picture_in_greys_is_for_the_night_and_one_in_colors_stays():
    night = figures.picture_by_night(picture("RGB", (255, 255, 255)))
    pixel = Image.open(io.BytesIO(base64.b64decode(night))).convert("RGB").getpixel((0, 0))
    assert pixel == (0x12, 0x12, 0x12)
    colored = picture("RGB", (255, 0, 0))
    assert figures.picture_by_night(colored) == colored


@pytest.mark.slow
def test_figure_becomes_a_pair_with_room_kept_free(book):
    book.chapter("06_sweep", {"image/svg+xml": DRAWING}, mystnb=FIGURE)
    assert book.build()[0] == ""
    day, night = book.html("notebooks/06_sweep").find("figure")("img")
    assert day["class"] == ["only-light"]
    assert night["class"] == ["only-dark"]
    for image in (day, night):
        assert image["alt"] == "It rises."
        assert (image["width"], image["height"]) == ("960", "480")
        assert image["style"] == "min-width: 576px"  # 720 points, letters of 11.25 points
        assert image["loading"] == "lazy"
    shown = [(book.site / "notebooks" / image["src"]).read_text() for image in (day, night)]
    assert list(map(colors, shown)) == [{"#000000"}, {"#e6e6e6"}]
    assert all("fill: none" in svg and "A date." not in svg for svg in shown)


@pytest.mark.slow
@every_theme
def test_no_figure_brings_its_own_ground(theme):
    assert len(PAINTED[theme]) > 30, "The site is not built: run `make book`."
    for name, svg in PAINTED[theme].items():
        assert not figures.GROUND.search(svg), name


@pytest.mark.slow
def test_every_line_and_letter_is_seen_at_night():
    for name, svg in PAINTED["light"].items():
        for color in colors(svg) - {figures.PAGE["light"]}:
            night = figures.by_night(color)
            assert night in colors(PAINTED["dark"][name])
            by_day = figures.contrast(color, figures.PAGE["light"])
            assert figures.contrast(night, figures.PAGE["dark"]) >= min(3, 0.85 * by_day), name
