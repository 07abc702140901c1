"""The reader's samples are split in three, and described in sentences that hold."""

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.data.named import ColumnTable, about
from helpers.data.user_splits import user_splits
from helpers.errors import ParameterError

ROWS = "width,height,kind\n" + "".join(f"{i / 2},{i % 11},{'aab'[i % 3]}\n" for i in range(90))


def rows(x):
    return {tuple(row.ravel()) for row in x}


def test_splits_have_no_sample_in_common_and_make_up_all():
    data = user_splits(example="wine", test_share=0.25)
    parts = [rows(x) for x in (data.x_train, data.x_validation, data.x_test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 178
    assert [len(part) for part in parts] == [88, 45, 45]


def test_the_validation_split_chooses_and_the_test_split_judges():
    data = user_splits(example="wine")
    assert data.choosing.x_test is data.x_validation
    assert data.judging.x_test is data.x_test
    assert data.choosing.x_train is data.judging.x_train is data.x_train


def test_a_table_is_read_with_its_target_and_features(file):
    data = user_splits(table=file(ROWS), target="kind", features=["height"], test_share=0.2)
    assert data.inputs == ["height"]
    assert data.classes == ["a", "b"]
    counts = {name: y.sum(axis=0).tolist() for name, y in data.targets().items()}
    assert counts == {"train": [36, 18], "validate": [12, 6], "test": [12, 6]}


def test_samples_are_described(file):
    data = user_splits(table=file(ROWS), target="kind", test_share=0.2, max_samples=60)
    assert data._repr_markdown_() == (
        "Of 90 samples 60 were drawn at random, each class with its share. 36 train, 12 validate "
        "and 12 test. They have 2 inputs (`width`, `height`) and 2 classes. Always predicting the "
        "majority class, `a`, gives a test accuracy of 66.7 %. One test sample more or less is "
        "worth 8.3 percentage points of accuracy."
    )


def test_of_many_inputs_the_first_are_named_and_names_stay_text(file):
    names = ["a`b", "$x$", "50%", "<i>", "**", "f"]
    table = ",".join([*names, "kind"]) + "\n"
    for i in range(40):
        table += f"{i / 4},{i / 5},{i / 7},3{i % 11},{i / 3},{i / 9},{'xy'[i % 2]}\n"
    text = user_splits(table=file(table), target="kind")._repr_markdown_()
    assert "(`` a`b ``, `$x$`, `50%`, `<i>`, `**` and more)" in text
    assert text.startswith("There are 40 samples.")


def test_long_names_of_classes_are_cut_in_a_figure(file):
    long = ROWS.replace(",a\n", f",{'a' * 40}\n")
    data = user_splits(table=file(long), target="kind")
    assert data.class_names() == ["a" * 24 + "…", "b"]


@pytest.fixture
def folder(tmp_path):
    for name in ("dark", "bright"):
        (tmp_path / name).mkdir()
        for i in range(10):
            Image.fromarray(np.full((5, 5), 10 * i, "uint8")).save(tmp_path / name / f"{i}.png")
    return str(tmp_path)


@pytest.mark.parametrize(("flat", "shape"), [(False, (4, 4, 1)), (True, (16,))])
def test_images_keep_their_shape_or_become_rows(folder, flat, shape):
    data = user_splits(images=folder, image_size=4, test_share=0.2, flat=flat)
    assert {x.shape[1:] for x in (data.x_train, data.x_validation, data.x_test)} == {shape}
    assert "They have 16 inputs and 2 classes." in data._repr_markdown_()


@pytest.mark.parametrize("test_share", [0.1, 0.25, 0.4])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_class_too_small_for_three_splits_is_named_with_its_own_count(file, n, test_share):
    few = file(ROWS + "1,1,rare\n" * n)
    with pytest.raises(ParameterError, match=f"class 'rare' has {n} samples?, too few to train, "):
        user_splits(table=few, target="kind", test_share=test_share if n < 3 else 0.1)


def test_a_class_too_small_after_drawing_is_named(file):
    with pytest.raises(ParameterError, match="has 2 among the 20 samples|has 2 samples among the"):
        user_splits(table=file(ROWS + "1,1,rare\n" * 11), target="kind", max_samples=20)


def test_a_folder_of_two_images_is_named_with_its_own_count(folder):
    for i in range(2, 10):
        Path(folder, "dark", f"{i}.png").unlink()
    with pytest.raises(ParameterError, match="class 'dark' has 2 samples, too few to train, "):
        user_splits(images=folder, test_share=0.4)


def test_as_many_samples_validate_as_test(file, folder):
    for n, share in itertools.product([40, 61, 87, 90], [0.1, 0.2, 0.25, 0.33, 0.4]):
        path = file("".join(ROWS.splitlines(True)[: n + 1]))
        data = user_splits(table=path, target="kind", test_share=share)
        assert len(data.x_validation) == len(data.x_test) == math.ceil(share * n)
    data = user_splits(images=folder, test_share=0.11)
    assert len(data.x_validation) == len(data.x_test) == 3


def test_samples_too_few_for_three_splits_are_refused(file):
    rows = "x,y\n" + "".join(f"{i},{i * i / 8}\n" for i in range(5))
    with pytest.raises(ParameterError, match="there are 5 samples, too few to train, validate"):
        user_splits(table=file(rows), target="y", features=["x"], test_share=0.45)


def test_the_majority_is_that_of_the_training_samples():
    y = {"train": [0, 0, 0, 1, 1], "validation": [0, 1], "test": [0, 1, 1, 1]}
    arrays = {f"y_{name}": np.eye(2, dtype="float32")[labels] for name, labels in y.items()}
    arrays |= {f"x_{name}": np.zeros((len(labels), 1)) for name, labels in y.items()}
    data = replace(user_splits(example="breast_cancer"), **arrays, classes=["a", "b"])
    text = data._repr_markdown_()
    assert "predicting the majority class, `a`, gives a test accuracy of 25.0 %." in text


def test_table_of_columns_shows_all_of_them_letter_by_letter():
    frame = about({f"${i}$": ("<b>", 1, 0, "", "long " * 40) for i in range(80)})
    shown = ColumnTable(frame)._repr_html_()
    assert shown.count("<tr>") == 80 + shown[: shown.index("<tbody>")].count("<tr>")
    assert (
        "tex2jax_ignore" in shown
        and "<b>" not in shown
        and "long long" in shown
        and "…" not in shown
        and "..." not in shown
    )
