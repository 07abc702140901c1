"""What of a rerun is saved, and what it is compared by."""

import csv

import rerun_folder
import xarray as xr
from rerun_folder import WALK, notebook, record, rerun, runs


def test_medians_and_parts_of_runs_are_saved_but_not_compared(tmp_path):
    parts = """
late, middle = runs.isel(epoch=slice(20, None)), runs.median("seed", keep_attrs=True)
runs.attrs["seconds_per_epoch"] = '{"dims": ["learning_rate"], "data": [0.1]}'
"""
    notebook(tmp_path / "parts.ipynb", WALK, parts)
    rerun("parts.ipynb", "--out", "out", folder=tmp_path)
    [run] = runs(tmp_path / "out")
    assert [line["name"] for line in record(run)["measures"]] == ["runs"]
    with xr.open_datatree(run / "runs.nc", engine="h5netcdf") as tree:
        assert set(tree.children) == {"runs", "late", "middle"}


def test_target_and_final_epochs_are_told_as_they_were_taken(tmp_path):
    parameters = rerun_folder.PARAMETERS + "target_accuracy = 0.55  # to reach\n"
    walk = notebook(tmp_path / "walk.ipynb", WALK, parameters=parameters)
    rerun(walk, "--grid", "target_accuracy=0.55,95", "--out", "out", folder=tmp_path)
    lines = list(csv.DictReader((tmp_path / "out" / "table.csv").open()))
    taken = {float(line["parameter.target_accuracy"]): line["target"] for line in lines}
    assert taken == {0.55: "0.55", 95: "0.8"}
    assert {line["last"] for line in lines} == {"10"}


def test_columns_of_parameters_and_of_measures_are_apart(tmp_path):
    names = ["epochs", "n_seeds", "of", "name", "verdicts", "seconds", "learning_rate", "cell"]
    parameters = "\n".join(f"{name} = 1" for name in names)
    clash = notebook(tmp_path / "clash.ipynb", "1", parameters=parameters)
    given = [word for i, name in enumerate(names) for word in ("-p", name, 100 + i)]
    rerun(clash, *given, "--out", "out", folder=tmp_path)
    [line] = csv.DictReader((tmp_path / "out" / "table.csv").open())
    assert [line[f"parameter.{name}"] for name in names] == [
        str(100 + i) for i in range(len(names))
    ]
    assert line["verdicts"] == "{}"
    assert line["n_seeds"] == ""
