"""The reader's samples are split in three, and described in sentences that hold."""

import numpy as np
import pytest
from PIL import Image

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
    assert {name: n.tolist() for name, n in data.counts().items()} == {
        "train": [36, 18],
        "validate": [12, 6],
        "test": [12, 6],
    }


def test_samples_are_described(file):
    data = user_splits(table=file(ROWS), target="kind", test_share=0.2, max_samples=60)
    assert data._repr_markdown_() == (
        "Of 90 samples 60 were drawn at random, each class with its share. 36 train, 12 validate "
        "and 12 test. They have 2 inputs (`width`, `height`) and 2 classes. Always predicting the "
        "majority class, `a`, gives a test accuracy of 66.7 %. One test sample more or less is "
        "worth 8.3 percentage points."
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


def test_a_class_too_small_for_three_splits_is_named(file):
    few = ROWS + "1,1,rare\n2,2,rare\n"
    with pytest.raises(ParameterError, match="class 'rare' has 2 samples, too few"):
        user_splits(table=file(few), target="kind")
