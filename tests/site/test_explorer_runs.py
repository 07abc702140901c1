"""The runs of the explorer are those of the helpers, fresh, and what the page shows."""

import json
import shutil

import explorer_data
import numpy as np
import pytest
from conftest import ROOT
from explorer_page import RATES, SIZES, content, stored_runs, unpacked, unpacked_weights

from helpers import analysis, models
from helpers.data.synthetic import blobs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def retrained():
    """Two cells, trained again."""
    return explorer_data.train([500], [0.01, 0.1])[1]


@pytest.mark.parametrize("rate", [0.01, 0.1])
def test_a_cell_trained_again_is_what_is_stored(retrained, rate):
    cell = retrained.sel(batch_size=500, learning_rate=rate)
    stored = stored_runs(500, rate)
    np.testing.assert_allclose(stored.accuracy, cell.accuracy, atol=1e-6)
    np.testing.assert_allclose(stored.val_accuracy, cell.val_accuracy, atol=1e-6)
    np.testing.assert_allclose(stored.loss, cell.loss, rtol=0.001)
    np.testing.assert_allclose(stored.val_loss, cell.val_loss, rtol=0.001)
    weights = unpacked_weights(content(explorer_data.name(500, rate))["weights"])
    exact = cell.weights.isel(seed=0).values
    assert np.abs(weights - exact).max() < np.abs(exact).max() / 50_000
    assert (
        json.loads(json.dumps(explorer_data.summary(cell))).items()
        <= content(explorer_data.name(500, rate)).items()
    )


def test_numbers_of_every_cell_follow_from_its_curves(explored):
    assert [(c["batch_size"], c["learning_rate"]) for c in explored["cells"]] == [
        (size, rate) for size in SIZES for rate in RATES
    ]
    for cell in explored["cells"]:
        runs = stored_runs(cell["batch_size"], cell["learning_rate"])
        speed = analysis.speed(runs, explored["target"], explored["hold"])
        measured = {
            "epochs": speed.epochs,
            "updates": speed.updates,
            "volatility": analysis.volatility(runs, explored["last_epochs"]),
            "train": analysis.final_accuracy(runs, explored["last_epochs"], "accuracy"),
            "test": analysis.final_accuracy(runs, explored["last_epochs"]),
        }
        for name, values in measured.items():
            low, high = np.quantile(values, [0.05, 0.95], method="inverted_cdf")
            expected = [low, np.median(values), high]
            shown = [np.inf if value is None else value for value in cell[name]]
            np.testing.assert_allclose(shown, expected, atol=2e-6, err_msg=f"{name}: {cell}")
        assert cell["held"] == np.isfinite(speed.epochs).sum()
        assert cell["failed"] == (cell["test"][1] < explored["failed"])
        for name, losses in {"train_loss": runs.loss, "test_loss": runs.val_loss}.items():
            final = losses[:, -explored["last_epochs"] :].mean("epoch")
            if float(final.max()) < 100:  # the files clip the losses of runs that diverge
                low, high = np.quantile(final, [0.05, 0.95], method="inverted_cdf")
                np.testing.assert_allclose(cell[name], [low, np.median(final), high], rtol=0.001)


def test_weights_keep_four_digits_and_say_where_they_are_no_numbers():
    weights = np.random.default_rng(0).normal(size=(3, 303)).astype("float32")
    weights[1] *= 1e30
    weights[2, 7] = np.nan
    stored = json.loads(json.dumps(explorer_data.packed_weights(weights), allow_nan=False))
    assert stored["scales"][2] is None
    back = unpacked_weights(stored)
    for i in range(2):
        assert np.abs(back[i] - weights[i]).max() < 2e-5 * np.abs(weights[i]).max()


def test_losses_keep_three_digits_and_say_where_they_are_no_numbers():
    losses = np.array([1e-9, 0.3595, 1.0986, 49.5, 1e30, np.inf, np.nan])
    back = np.exp(unpacked(explorer_data.packed_losses(losses), "<i2") / 1000)
    np.testing.assert_allclose(back[:4], losses[:4], rtol=0.00051)
    assert (back[4:] > 1e14).all()


@pytest.fixture
def project(tmp_path):
    """A project with helpers and a lock, and the runs of this one, as if trained there."""
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "models.py").write_text("a = 1\n")
    (tmp_path / "requirements.lock").write_text("keras==3\n")
    explorer_data.folder(tmp_path).mkdir(parents=True)
    runs = explorer_data.read(ROOT) | {"key": explorer_data.key(tmp_path)}
    (explorer_data.folder(tmp_path) / "runs.json").write_text(json.dumps(runs))
    return tmp_path


@pytest.mark.parametrize("changed", ["helpers/models.py", "requirements.lock"])
def test_runs_are_stale_when_what_made_them_changes(project, changed):
    assert explorer_data.is_fresh(project)
    (project / changed).write_text("b = 2\n")
    assert not explorer_data.is_fresh(project)


def test_runs_are_stale_when_they_are_gone_or_their_settings_change(project, monkeypatch):
    copy = project / "explorer_data.py"
    copy.write_text("EPOCHS = 100\n")
    monkeypatch.setattr(explorer_data, "__file__", str(copy))
    assert not explorer_data.is_fresh(project)
    shutil.rmtree(explorer_data.folder(project))
    assert not explorer_data.is_fresh(project)


def test_runs_are_trained_only_when_stale(project, monkeypatch, capsys, retrained):
    calls = []

    def train():
        calls.append(1)
        return blobs(), retrained

    monkeypatch.setattr(explorer_data, "train", train)
    explorer_data.main(project)
    assert calls == []
    assert capsys.readouterr().out == ""
    (project / "helpers" / "models.py").write_text("b = 2\n")
    explorer_data.main(project)
    assert calls == [1]
    assert explorer_data.is_fresh(project)
    files = {file.name for file in explorer_data.folder(project).iterdir()}
    assert files == {"runs.json", "problem.js", "500_0.01.js", "500_0.1.js"}


def test_network_of_the_page_is_that_of_keras(visitor, retrained):
    reader = visitor("#batch_size=500&learning_rate=0.1")
    reader.sees(500, 0.1)
    grid = np.random.default_rng(0).uniform(-15, 10, (4000, 2)).astype("float32")
    cell = retrained.sel(batch_size=500, learning_rate=0.1).isel(seed=0)
    for position in [0, 3, len(explorer_data.SNAPSHOTS) - 1]:
        model, start, arrays = models.mlp(), 0, []
        flat = cell.weights.isel(snapshot=position).values
        for array in model.get_weights():
            arrays.append(flat[start : start + array.size].reshape(array.shape))
            start += array.size
        model.set_weights(arrays)
        expected = model.predict(grid, verbose=0)
        shown = reader.page.evaluate(
            """([points, position]) => points.map(([x, y]) => explorer.predict(
              explorer.cells.get("500_0.1").weights[position], x, y))""",
            [grid.tolist(), position],
        )
        first, second = np.sort(expected)[:, ::-1][:, :2].T
        clear = first - second > 0.01  # elsewhere the four digits of the weights may decide
        assert clear.mean() > 0.95
        assert (np.array(shown)[clear] == expected.argmax(axis=1)[clear]).all()


@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_curves_are_medians_and_bands_over_seeds(visitor, quantity):
    reader = visitor()
    rows = reader.page.evaluate(
        "quantity => explorer.curves(explorer.cells.get('32_0.01'), quantity)", quantity
    )
    runs = stored_runs(32, 0.01)
    for name, values in {"train": runs[quantity], "test": runs[f"val_{quantity}"]}.items():
        low, middle, high = values.quantile([0.05, 0.5, 0.95], "seed").values
        for key, expected in {f"{name}_low": low, name: middle, f"{name}_high": high}.items():
            np.testing.assert_allclose([row[key] for row in rows], expected, atol=1e-12)
    np.testing.assert_allclose([row["one"] for row in rows], runs[f"val_{quantity}"][0])
