"""The view of the loss: the plane in which the ways of the lanes spread most."""

import numpy as np
import pytest
from race_page import PROBLEM, fragment

pytestmark = pytest.mark.slow

# Notes what is drawn of the loss.
WATCH = """() => {
  const draw = raceDrawing.slice;
  raceDrawing.slice = (canvas, view) => { window.viewed = view; draw(canvas, view); };
}"""


@pytest.fixture
def plane(race_scripts):
    """The plane of an origin and some points: its axes, and the places of the points in it."""

    def of(origin, points):
        found = race_scripts.evaluate(
            """([origin, rows]) => {
              const points = rows.map((row) => Float32Array.from(row));
              const plane = raceSlice.plane(Float32Array.from(origin), points);
              const places = points.map((point) => raceSlice.place(plane, point));
              const back = places.map((place) => [...raceSlice.weightsAt(plane, place)]);
              return { axes: plane.axes.map((axis) => [...axis]), places, back };
            }""",
            np.asarray([origin, points], "object").tolist(),
        )
        return {name: np.array(value) for name, value in found.items()}

    return of


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_plane_is_that_of_gram_and_schmidt(plane, rng):
    origin, *points = rng.normal(size=(3, 30)).astype("float32").astype(float)
    found = plane(origin.tolist(), [point.tolist() for point in points])
    q, r = np.linalg.qr((np.array(points) - origin).T)
    axes = (q * np.sign(np.diag(r))).T  # of the same directions as the points
    np.testing.assert_allclose(found["axes"], axes, atol=1e-6)
    np.testing.assert_allclose(found["back"], points, atol=1e-5)  # both lie in it
    assert found["places"][0] == pytest.approx([np.linalg.norm(points[0] - origin), 0], abs=1e-5)


def test_a_point_off_the_plane_is_shown_where_it_comes_closest(plane, rng):
    origin, *points = rng.normal(size=(4, 30)).astype("float32").astype(float)
    found = plane(origin.tolist(), [point.tolist() for point in points])
    nearest, *_ = np.linalg.lstsq(found["axes"].T, points[2] - origin, rcond=None)
    np.testing.assert_allclose(found["places"][2], nearest, atol=1e-5)


def test_points_on_a_line_are_passed_over_for_the_next_that_is_not(plane):
    origin, ahead, further, aside = [1.0, 1, 1], [2.0, 1, 1], [4.0, 1, 1], [3.0, 5, 1]
    found = plane(origin, [origin, ahead, further, aside])
    np.testing.assert_allclose(found["axes"], [[1, 0, 0], [0, 1, 0]], atol=1e-9)


def test_losses_are_those_of_the_engine_row_by_row_from_the_top(race_scripts):
    grid, alone = race_scripts.evaluate(
        "() => {"
        + PROBLEM
        + """
          const { x, labels: y } = problemOf(2);
          const lossOf = (weights) => raceEngine.evaluate(weights, shape, x, y).loss;
          const starts = [1, 2, 3, 4].map((seed) => raceEngine.initialWeights(shape, seed));
          const plane = raceSlice.plane(starts[0], starts.slice(1));
          const size = { rows: 2, columns: 3 };
          const steps = raceSlice.losses(plane, [-1, 2, -3, 3], size, lossOf);
          let step = steps.next();
          while (!step.done) step = steps.next();
          const places = [1.5, -1.5].flatMap((v) => [-0.5, 0.5, 1.5].map((u) => [u, v]));
          return [[...step.value], places.map((at) => lossOf(raceSlice.weightsAt(plane, at)))];
        }"""
    )
    np.testing.assert_allclose(grid, alone, rtol=1e-6)
    assert len(set(np.round(alone, 4))) == 6


@pytest.mark.parametrize("places", [[[0, 5], [10, 5], [4, 7]], [[0, 0], [1, 30]], [[1, 1]]])
def test_box_has_its_shape_and_room_for_all_places(race_scripts, places):
    box = race_scripts.evaluate("(places) => raceSlice.around(places, 1.5)", places)
    left, right, bottom, top = box
    assert (right - left) / (top - bottom) == pytest.approx(1.5)
    shares = (np.array(places) - [left, bottom]) / [right - left, top - bottom]
    assert shares.min() > 0.17 and shares.max() < 0.83
    middle = (np.array(places).min(axis=0) + np.array(places).max(axis=0)) / 2
    assert [(left + right) / 2, (bottom + top) / 2] == pytest.approx(middle.tolist())


LANES = [(32, 0.01, "SGD"), (500, 0.01, "SGD"), (8, 10, "SGD")]


def test_view_is_shown_when_the_race_pauses_and_when_it_ends(racer):
    reader = racer(fragment(*LANES, epochs=4)).ready().open_map()
    reader.page.evaluate(WATCH)
    view = reader.find(".race-slice")
    assert not view.is_visible()
    reader.button("epoch").click()
    view.wait_for()
    assert reader.page.evaluate("viewed.ways.map(({ places }) => places.length)")[0] == 3
    reader.button("reset").click()
    assert not view.is_visible()
    reader.race()
    view.wait_for()
    viewed = reader.page.evaluate(
        """() => ({
          grid: [...viewed.grid], columns: viewed.columns,
          within: viewed.within, start: viewed.start,
          ways: viewed.ways.map(({ name, places, loss }) => ({ name, places, loss })),
        })"""
    )
    names = [way["name"] for way in viewed["ways"]]
    assert names == ["batch size 32", "batch size 500"]  # and not what diverged
    label = view.locator("canvas").get_attribute("aria-label")
    assert "batch size 32 and batch size 500" in label
    left, right, bottom, top = viewed["within"]
    for way in viewed["ways"]:
        assert way["places"][0] == pytest.approx([0, 0], abs=1e-6)
        assert 0 < way["loss"] < viewed["start"]
        for u, v in way["places"]:
            assert left < u < right and bottom < v < top
    columns = viewed["columns"]
    rows = len(viewed["grid"]) // columns
    assert len(viewed["grid"]) == rows * columns >= 900
    # The picture has the losses that it writes beside the ends, where the grid comes closest.
    for way in viewed["ways"]:
        u, v = way["places"][-1]
        column = int(columns * (u - left) / (right - left))
        row = int(rows * (top - v) / (top - bottom))
        assert viewed["grid"][row * columns + column] == pytest.approx(way["loss"], rel=0.2)
    assert len(reader.colors(".race-slice")) > 20
    assert reader.complaints == []
