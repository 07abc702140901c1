"""On a phone the panels of a figure stand below each other, each whole and alone."""

import io

import matplotlib.pyplot as plt
import panels
import pytest
from small_book import FIGURE


def drawn(rows, columns, *, legend=False, title="", lean=0):
    """A figure of so many panels as a notebook has it, and matplotlib's own boxes in points."""
    with plt.rc_context({"figure.constrained_layout.use": True}):
        figure, axes = plt.subplots(rows, columns, figsize=(7.2, 2 * rows), squeeze=False)
        for number, ax in enumerate(axes.flat):
            ax.plot([1, 2], [1000 * number, 2], label="a line")
            ax.set(xlabel="epoch", ylabel=f"accuracy {number}", title=f"batch size {number}")
            ax.set_xticks([1, 2], ["1 sample", "1,000,000"], rotation=lean)
        if legend:
            figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center")
        if title:
            figure.suptitle(title)
        file = io.StringIO()
        figure.savefig(file, format="svg")
        height = figure.bbox.height
        scale = 72 / figure.dpi
        found = [ax.get_tightbbox() for ax in axes.flat]
        plt.close(figure)
    boxes = [
        (box.x0 * scale, (height - box.y1) * scale, box.x1 * scale, (height - box.y0) * scale)
        for box in found
    ]
    return file.getvalue(), boxes


@pytest.mark.parametrize("shape", [(1, 2), (1, 3), (2, 2), (4, 2)])
def test_panel_holds_its_axes_and_their_texts_and_not_the_next(shape):
    svg, boxes = drawn(*shape)
    found = panels.panels(svg)
    assert len(found) == len(boxes)
    for box, expected in zip(found, boxes, strict=True):
        assert box == pytest.approx(expected, abs=12)
        assert box.left <= expected[0] + 2
        assert box.right >= expected[2] - 2


@pytest.mark.parametrize("lean", [60, 90, 270])
def test_panel_is_no_wider_than_its_leaning_labels(lean):
    svg, boxes = drawn(1, 3, lean=lean)
    for box, expected in zip(panels.panels(svg), boxes, strict=True):
        assert box == pytest.approx(expected, abs=8)


def test_legend_of_all_panels_comes_first():
    svg, boxes = drawn(1, 2, legend=True)
    legend, *others = panels.panels(svg)
    assert len(others) == len(boxes)
    assert legend.bottom <= others[0].top + 5
    assert legend.width < 150


@pytest.mark.parametrize(
    "figure", [{"rows": 1, "columns": 1}, {"rows": 3, "columns": 1}, {"rows": 2, "columns": 5},
               {"rows": 1, "columns": 2, "title": "Both together"}]
)  # fmt: skip
def test_figure_is_not_taken_apart_where_its_panels_belong_together(figure):
    svg, _ = drawn(**figure)
    assert panels.panels(svg) == []


def test_color_bar_stays_with_its_axes():
    with plt.rc_context({"figure.constrained_layout.use": True}):
        figure, axes = plt.subplots(1, 2, figsize=(7.2, 3))
        for ax in axes:
            figure.colorbar(ax.imshow([[1, 2], [3, 4]]), ax=ax)
        file = io.StringIO()
        figure.savefig(file, format="svg")
        plt.close(figure)
    assert len(panels.panels(file.getvalue())) == 2


def test_one_panel_can_be_shown_alone():
    svg, boxes = drawn(1, 3, legend=True)
    alone = panels.cropped(svg, 2)
    assert panels.view_box(alone) == pytest.approx(boxes[1], abs=12)
    assert panels.panels(alone) == []
    with pytest.raises(ValueError, match="3 panels, and no panel 4"):
        panels.cropped(svg, 4)


@pytest.mark.slow
def test_panels_are_views_of_the_one_file_and_the_first_says_what_is_seen(book):
    svg, _ = drawn(1, 2)
    book.chapter("06_sweep", {"image/svg+xml": svg}, mystnb=FIGURE)
    assert book.build()[0] == ""
    page = book.html("notebooks/06_sweep")
    parts = page.select(".panels.only-light img")
    assert len(parts) == 2
    assert [image["alt"] for image in parts] == ["It rises.", "Part 2 of 2 of this figure."]
    whole = page.select_one(".figure-box > img.only-light")
    assert parts[0]["src"].partition("#")[0] == whole["src"]
