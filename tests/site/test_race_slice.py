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
    """The plane of some points: its center and its axes, and the places of the points in it."""

    def of(points):
        found = race_scripts.evaluate(
            """(rows) => {
              const points = rows.map((row) => Float32Array.from(row));
              const plane = raceSlice.plane(points);
              const places = points.map((point) => raceSlice.place(plane, point));
              const back = places.map((place) => [...raceSlice.weightsAt(plane, place)]);
              const axes = plane.axes.map((axis) => [...axis]);
              return { center: [...plane.center], axes, places, back };
            }""",
            np.asarray(points, "float32").tolist(),
        )
        return {name: np.array(value) for name, value in found.items()}

    return of


def points_of(scales, n=40, seed=0):
    return np.random.default_rng(seed).normal(size=(n, len(scales))) * scales + 1


def test_plane_is_that_of_the_singular_values(plane):
    points = points_of([9, 5, 2, 1, 1, 0.5]).astype("float32")
    found = plane(points)
    np.testing.assert_allclose(found["center"], points.mean(axis=0), atol=1e-5)
    _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(np.sum(found["axes"] * axes[:2], axis=1)), 1, atol=1e-6)
    np.testing.assert_allclose(
        found["places"], (points - points.mean(axis=0)) @ found["axes"].T, atol=1e-4
    )


def test_plane_holds_as_much_of_the_spread_where_directions_are_alike(plane):
    points = points_of(np.ones(30))
    singular = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    spread = np.sum(plane(points)["places"] ** 2)
    assert spread > 0.98 * np.sum(singular[:2] ** 2)


@pytest.mark.parametrize("name", ["plane", "line", "two points"])
def test_axes_are_orthonormal_whatever_the_points(plane, name):
    line = np.outer([0, 1, 2, 4], [1.0, 2, 3])
    points = {"plane": points_of([3, 2, 0, 0]), "line": line, "two points": line[:2]}[name]
    axes = plane(points)["axes"]
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-6)


def test_points_of_a_plane_come_back_from_their_places(plane):
    rng = np.random.default_rng(1)
    points = rng.normal(size=(10, 2)) @ rng.normal(size=(2, 20)) + 3
    np.testing.assert_allclose(plane(points)["back"], points, atol=1e-5)


def test_losses_are_those_of_the_engine_row_by_row_from_the_top(race_scripts):
    grid, alone = race_scripts.evaluate(
        "() => {"
        + PROBLEM
        + """
          const { x, labels: y } = problemOf(2);
          const lossOf = (weights) => raceEngine.evaluate(weights, shape, x, y).loss;
          const starts = [1, 2, 3, 4].map((seed) => raceEngine.initialWeights(shape, seed));
          const plane = raceSlice.plane(starts);
          const rows = raceSlice.losses(plane, [-1, 2, -3, 3], 3, lossOf);
          let row = rows.next();
          while (!row.done) row = rows.next();
          const places = [2, 0, -2].flatMap((v) => [-0.5, 0.5, 1.5].map((u) => [u, v]));
          return [[...row.value], places.map((at) => lossOf(raceSlice.weightsAt(plane, at)))];
        }"""
    )
    np.testing.assert_allclose(grid, alone, rtol=1e-6)
    assert len(set(np.round(alone, 4))) == 9


def test_box_is_around_all_places_with_room(race_scripts):
    places = [[0, 5], [10, 5], [4, 7]]
    assert race_scripts.evaluate("(places) => raceSlice.around(places)", places) == pytest.approx(
        [-1.5, 11.5, 4.7, 7.3]
    )
    assert race_scripts.evaluate("() => raceSlice.around([[1, 1], [1, 1]])") == [0, 2, 0, 2]


def test_view_is_shown_when_the_race_pauses_and_when_it_ends(racer):
    reader = racer(fragment((32, 0.01, "SGD"), (500, 10, "SGD"), (8, 10, "SGD"), epochs=4)).ready()
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
          grid: [...viewed.grid], within: viewed.within,
          ways: viewed.ways.map(({ name, places }) => ({ name, places })),
        })"""
    )
    assert [way["name"] for way in viewed["ways"]] == ["batch size 32", "batch size 500"]
    label = view.locator("canvas").get_attribute("aria-label")
    assert label.startswith("Ways of batch size 32 and batch size 500 ")
    starts = [way["places"][0] for way in viewed["ways"]]
    assert starts[0] == starts[1]
    left, right, bottom, top = viewed["within"]
    for u, v in np.concatenate([way["places"] for way in viewed["ways"]]):
        assert left < u < right and bottom < v < top
    assert len(viewed["grid"]) == 40 * 40 and np.all(np.array(viewed["grid"]) > 0)
    assert len(set(reader.colors(".race-slice"))) > 20
    assert reader.complaints == []
