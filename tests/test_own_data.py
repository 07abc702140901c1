"""Parameters, images and models of one's own are checked before anything is trained."""

import ast
import re

import keras
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import xarray as xr
from chapter_files import ROOT, declared
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers import checks, maps, own_data, parameters
from helpers.fields import ParameterError
from helpers.image_folder import load_images
from helpers.labels import code
from helpers.noise import noise_and_signal
from helpers.own_model import own_model
from helpers.own_noise import noise_scale
from helpers.recommendation import recommend
from helpers.splits import with_validation

CHAPTER = ROOT / "notebooks" / "16_your_own_data.ipynb"
DEFAULTS = declared(nbformat.read(CHAPTER, 4))


def checked(**values):
    """The chapter's parameters after its check."""
    namespace = DEFAULTS | values
    parameters.OwnData.check(namespace)
    return namespace


def problems(**values):
    """What the chapter's check has against values."""
    with pytest.raises(ParameterError) as raised:
        checked(**values)
    return list(raised.value.problems)


@pytest.fixture
def table(tmp_path):
    """A table of 40 rows, with the columns width, height and kind."""
    path = tmp_path / "mine.csv"
    rows = "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(40))
    path.write_text(f"width,height,kind\n{rows}")
    return str(path)


# Parameters.


def test_a_table_is_looked_at_before_anything_starts(table, tmp_path):
    assert checked(table=table, target="kind", features="[width]")["features"] == ["width"]
    assert problems(table=table, target="kid") == [
        "'mine.csv' has no column 'kid' (did you mean 'kind'?)"
    ]
    assert problems(table=table, target="kind", features=["heigth"]) == [
        "'mine.csv' has no column 'heigth' (did you mean 'height'?)"
    ]
    assert problems(table=table) == ["target must name the column with the classes, got ''"]
    assert problems(table=str(tmp_path / "none.csv"), target="kind") == [
        f"there is no file {tmp_path / 'none.csv'}"
    ]
    assert problems(table=table, target="kind", delimiter=";")[0].endswith(
        "where 2 are needed (did you mean the delimiter ','?)"
    )


def test_what_cannot_be_together_is_told_at_once(table, tmp_path):
    both = problems(table=table, target="kind", images=str(tmp_path), last_epochs=61)
    assert both == [
        "last_epochs must be at most epochs (60), got 61",
        "table and images must not both be given",
    ]
    assert problems(target="kind") == ["target and features must not be given without a table"]
    none = tmp_path / "none"
    assert problems(images=str(none)) == [f"images must be a folder, and there is none at '{none}'"]


@pytest.mark.parametrize("text", ["x\n", "\x1b[31m", "x" * 1001])
@pytest.mark.parametrize("name", ["table", "target", "images"])
def test_text_is_printable_and_not_endless(name, text):
    (problem,) = problems(**{name: text})
    assert problem.startswith(f"{name} must be text of 0 to 1000 printable characters, got ")


@pytest.mark.parametrize("mark", ["", ",,", '"', "\n", "é", 7, None])
def test_a_delimiter_is_one_character(mark):
    (problem,) = problems(delimiter=mark)
    assert problem.startswith("delimiter must be 1 ASCII character")


def test_lists_may_come_as_text():
    assert checked(delimiter=r"\t")["delimiter"] == "\t"
    assert checked(hidden_units="[64, 32]")["hidden_units"] == [64, 32]
    assert checked(hidden_units="64, 32")["hidden_units"] == [64, 32]
    assert checked(hidden_units=20)["hidden_units"] == [20]


@pytest.mark.parametrize("features", [["a", "a"], "[a, a]", "1", [["a"]]])
def test_features_are_names_none_twice(features):
    (problem,) = problems(features=features)
    assert problem.startswith("features must hold 0 to 2000 names of columns, none twice, got ")


@pytest.mark.parametrize("units", ["[]", [0], [1.5], [True], "[8, x]", [8] * 11, "inf"])
def test_layers_have_units(units):
    (problem,) = problems(hidden_units=units)
    assert problem.startswith("hidden_units must hold 1 to 10 whole numbers from 1 to 10000, got ")


@pytest.mark.parametrize("example", ["breast_cancer", "wine"])
@pytest.mark.parametrize("test_share", [0.05, 0.2, 0.25, 0.33, 0.4])
@pytest.mark.parametrize("max_samples", [97, 5000])
def test_the_number_of_training_samples_is_known_beforehand(example, test_share, max_samples):
    values = {"example": example, "test_share": test_share, "max_samples": max_samples}
    asked = parameters.OwnData(**(DEFAULTS | values | {"batch_sizes": [2, 4]}))
    data = own_data.example_table(example, test_share=test_share, max_samples=max_samples)
    assert with_validation(data, asked.validation_share).n_train == asked.n_train


def test_batch_sizes_are_checked_once_the_samples_are_known():
    parameters.OwnData.check_sizes([4, 20], 20)
    with pytest.raises(ParameterError, match="batch_sizes must be at most 20 .*, got 21"):
        parameters.OwnData.check_sizes([4, 21], 20)


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(max_size=3),
    st.lists(st.one_of(st.integers(-1, 99), st.floats(), st.text(max_size=3)), max_size=4),
    st.text("[],0123456789.-e'ab", max_size=8), st.just("x/" * 400), st.just("x" * 400),
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), anything, max_size=5))
def test_any_values_are_taken_or_told_in_plain_sentences(values):
    try:
        names = checked(**values)
    except ParameterError as error:
        assert all("\n" not in problem for problem in error.problems)
    else:
        assert parameters.OwnData(**{name: names[name] for name in DEFAULTS})


# Samples.


def test_validation_takes_from_the_training_samples_alone():
    data = own_data.example_table("wine", test_share=0.25)
    tuning = with_validation(data, 1 / 3)
    assert (tuning.n_train, len(tuning.x_test), len(data.x_test)) == (88, 45, 45)
    rows = {tuple(row) for row in data.x_train}
    assert {tuple(row) for row in np.concatenate([tuning.x_train, tuning.x_test])} == rows
    assert tuning.classes == data.classes


def test_a_class_too_small_to_validate_is_named():
    data = own_data.example_table("wine")
    few = np.flatnonzero(data.y_train[:, 2])[1:]
    keep = np.setdiff1d(np.arange(data.n_train), few)
    fields = {"x_train": data.x_train[keep], "y_train": data.y_train[keep]}
    with pytest.raises(ParameterError, match="class 'class_2' has 1 sample, too few for training"):
        with_validation(own_data.NamedDataset(**(vars(data) | fields)), 0.3)


# Images.


@pytest.fixture
def folder(tmp_path):
    """Ten bright and ten dark images of various sizes and kinds, in a subfolder each."""
    for name, shade in (("bright", 255), ("dark", 51)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for i in range(10):
            color = (shade, shade, shade)
            suffix = [".png", ".jpg", ".BMP", ".gif"][i % 4]
            image = Image.new("RGB", (5 + i, 20), color)
            image.save(tmp_path / "pictures" / name / f"{i}{suffix}")
    (tmp_path / "pictures" / "notes.txt").write_text("no image")
    (tmp_path / "pictures" / ".cache").mkdir()
    return tmp_path / "pictures"


@pytest.mark.parametrize(("color_mode", "channels"), [("grayscale", 1), ("rgb", 3)])
def test_images_of_each_subfolder_are_a_class(folder, color_mode, channels):
    data = load_images(folder, image_size=6, color_mode=color_mode)
    assert data.x_train.shape == (15, 6, 6, channels)
    assert (data.classes, data.n_found) == (["bright", "dark"], 20)
    checks.samples(data)
    shades = np.where(data.y_train[:, 0] == 1, 1.0, 0.2)
    np.testing.assert_allclose(data.x_train.mean(axis=(1, 2, 3)), shades, atol=0.003)


def test_of_many_images_only_the_drawn_ones_are_read(folder):
    data = load_images(folder, max_samples=8)
    assert (len(data.x_train) + len(data.x_test), data.n_found) == (8, 20)
    assert data.y_train.sum() + data.y_test.sum() == 8


def test_folders_that_hold_no_images_are_refused(folder, tmp_path):
    def refusal(place):
        with pytest.raises(ParameterError) as raised:
            load_images(place)
        return str(raised.value)

    assert refusal(tmp_path / "none") == f"there is no folder {tmp_path / 'none'}"
    assert refusal(folder / "dark").endswith("for each of 2 classes at least, got 0")
    for image in (folder / "dark").iterdir():
        image.unlink()
    assert refusal(folder).endswith("for each of 2 classes at least, got 1")
    (folder / "dark" / "0.png").write_bytes(b"\x89PNG cut short")
    assert refusal(folder) == (
        "class 'dark' has 1 sample, too few for training and test samples of each class"
    )


def test_a_damaged_image_is_named(folder):
    for image in (folder / "dark").iterdir():
        image.write_bytes(image.read_bytes()[:30])
    sentence = r"'dark/\d.(png|jpg|BMP|gif)' holds no image that can be read: .*"
    with pytest.raises(ParameterError) as raised:
        load_images(folder)
    assert re.fullmatch(sentence, str(raised.value))


# Models.

MODELS = """
import keras
import numpy as np

def good(shape, n):
    return keras.Sequential([keras.Input(shape), keras.layers.Flatten(),
                             keras.layers.Dense(n, activation="softmax")])

def one_more(shape, n):
    return good(shape, n + 1)

def linear(shape, n):
    return keras.Sequential([keras.Input(shape), keras.layers.Dense(n)])

def other_shape(shape, n):
    return good((shape[0] + 1,), n)

def breaks(shape, n):
    raise RuntimeError("no\\nluck")

def no_model(shape, n):
    return "a model"

def no_arguments():
    return good((3,), 2)

def leaves(shape, n):
    raise SystemExit(3)

held = good((3,), 2)

def same(shape, n):
    return held
"""
REFUSED = {
    "none_such": "module 'mine_16' has no function 'none_such'",
    "one_more": "model 'mine_16:one_more' must give outputs of shape (2,), one for each class, "
    "got (3,)",
    "linear": "model 'mine_16:linear' must give probabilities, which add up to 1: end it on a "
    "softmax",
    "other_shape": "model 'mine_16:other_shape' must take samples of shape (3,): ",
    "breaks": "model 'mine_16:breaks' fails with (3,) and 2: RuntimeError: no luck",
    "no_model": "model 'mine_16:no_model' must return a Keras model, got str",
    "no_arguments": "model 'mine_16:no_arguments' fails with (3,) and 2: TypeError: ",
    "leaves": "model 'mine_16:leaves' fails with (3,) and 2: SystemExit: 3",
    "same": "model 'mine_16:same' must return a new model at every call",
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of models that Python finds."""
    (tmp_path / "mine_16.py").write_text(MODELS)
    (tmp_path / "broken_16.py").write_text("import no_such_thing")
    monkeypatch.syspath_prepend(tmp_path)


def test_a_model_of_ones_own_is_built_anew_at_each_call(module):
    build = own_model("mine_16:good", (3, 2), 2)
    assert build() is not build()
    assert build().output_shape == (None, 2)


@pytest.mark.parametrize("function", REFUSED)
def test_models_that_cannot_be_trained_are_refused(module, function):
    with pytest.raises(ParameterError) as raised:
        own_model(f"mine_16:{function}", (3,), 2)
    (sentence,) = raised.value.problems
    assert sentence.startswith(REFUSED[function])
    assert "\n" not in sentence


def test_a_module_that_fails_is_named(module):
    with pytest.raises(ParameterError) as raised:
        own_model("broken_16:make", (3,), 2)
    assert str(raised.value) == (
        "model 'broken_16:make' cannot be imported: ModuleNotFoundError: No module named "
        "'no_such_thing'"
    )


@pytest.mark.parametrize("name", ["mine", "mine.py", "a:b:c", "a-b:c", "__import__('os'):x", ":f"])
def test_a_model_is_named_as_module_and_function(name):
    assert problems(model=name) == [f"model must be written as module:function, got {name!r}"]


def test_a_module_that_does_not_exist_is_told_before_anything_starts(module):
    assert checked(model="mine_16:good")
    assert problems(model="no_such_module.deep:f") == [
        "model must name a module that Python finds, got 'no_such_module.deep'"
    ]


# Names, noise and figures.


@pytest.mark.parametrize("name", ["`", "``a`", "a", "<b>", "$x$", " ", "", "a\nb", "\u202ex"])
def test_names_in_markdown_are_one_run_of_code(name):
    from markdown_it import MarkdownIt

    inline = MarkdownIt().parseInline(f"so {code(name)} it is")[0].children
    assert [token.type for token in inline] == ["text", "code_inline", "text"]
    if name.isprintable():
        assert inline[1].content.strip() == name.strip()
    else:
        assert ast.literal_eval(f"'{inline[1].content}'") == name


def small_build():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])


def test_noise_scale_of_all_samples_is_exact_and_of_some_is_near():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(400, 3)).astype("float32")
    y = np.eye(2, dtype="float32")[(x[:, 0] + generator.normal(size=400) > 0).astype(int)]
    flat = generator.normal(size=(2, 1, 8), scale=0.3).astype("float32")
    weights = xr.DataArray(flat, {"seed": [1, 2], "snapshot": [0]}, ("seed", "snapshot", "weight"))
    from helpers.gradients import sample_gradients

    noise, signal = noise_and_signal(sample_gradients(small_build, flat, x, y))
    exact = noise_scale(small_build, weights, x, y)
    np.testing.assert_allclose(exact, noise / signal, rtol=1e-5)
    some = noise_scale(small_build, weights, x, y, memory=200 * 32)  # half of the samples
    assert not np.array_equal(some, exact)
    np.testing.assert_allclose(some, exact, rtol=0.5)


@pytest.mark.parametrize("reached", [0, 1, 6])
def test_maps_are_drawn_however_few_cells_arrive(reached):
    values = np.full(6, np.inf)
    values[:reached] = np.arange(1, reached + 1)
    labels = {"batch_size": [4, 8], "learning_rate": [0.1, 0.2, 0.3], "seed": range(7)}
    cost = xr.DataArray(np.repeat(values.reshape(2, 3, 1), 7, axis=2), labels)
    figure, (left, right) = plt.subplots(1, 2)
    maps.draw_map(left, cost.isel(seed=0), recommend(cost))
    maps.draw_trade_off(right, cost, cost)
    figure.canvas.draw()
    words = [text.get_text() for text in left.texts]
    assert words.count("–") == 6 - reached
    assert len(left.patches) == (reached > 0)
    assert len(right.lines[-1].get_xdata()) == min(1, reached)  # the front
    plt.close(figure)
