"""What can be set in a race, as its address says it."""

import pytest

pytestmark = pytest.mark.slow

OWN = {
    "lanes": [{"batchSize": 32, "learningRate": 0.01, "optimizer": "SGD"}],
    "momentum": 0.9,
    "spread": 2,
    "seed": 1,
    "epochs": 150,
    "lock": "none",
    "clock": "epochs",
}
NONSENSE = {
    "lanes=501:0.01": "batch size must be at most 500, got 501",
    "lanes=0:0.01": "batch size must be a whole number from 1 to 500, got 0",
    "lanes=2.5:0.01": "batch size must be a whole number from 1 to 500, got 2.5",
    "lanes=": "batch size",
    "lanes=a:0.01": "batch size must be a whole number from 1 to 500",
    "lanes=32": "learning rate must be a number above 0 and at most 100",
    "lanes=32:0": "learning rate must be a number above 0 and at most 100, got 0",
    "lanes=32:-1": "learning rate must be a number above 0 and at most 100, got -1",
    "lanes=32:101": "learning rate must be a number above 0 and at most 100, got 101",
    "lanes=32:0.01:RMSprop": "optimizer must be SGD or Adam, got “RMSprop”",
    "lanes=1:1,2:1,3:1,4:1,5:1": "1 to 4 lanes, got 5",
    "momentum=1": "momentum must be a number from 0 to 0.99, got “1”",
    "momentum=": "momentum must be a number from 0 to 0.99, got “”",
    "spread=0": "spread must be a number from 0.1 to 10, got “0”",
    "seed=1.5": "seed must be a whole number from 0 to 999999, got “1.5”",
    "seed=-1": "seed must be a whole number",
    "epochs=0": "epochs must be a whole number from 1 to 1000, got “0”",
    "epochs=1001": "epochs must be a whole number from 1 to 1000, got “1001”",
    "lock=cube": "lock must be one of none, linear, sqrt, got “cube”",
    "clock=hours": "clock must be one of epochs, updates, seconds, got “hours”",
}


@pytest.fixture
def read(race_scripts):
    """Read an address: the settings, and what is refused."""

    def ask(text, own=OWN):
        found = race_scripts.evaluate("([text, own]) => raceSettings.read(text, own)", [text, own])
        return found["settings"], found["refused"]

    return ask


def test_address_says_all_settings_and_is_read_back(race_scripts, read):
    settings = {
        "lanes": [
            {"batchSize": 1, "learningRate": 0.0025, "optimizer": "SGD"},
            {"batchSize": 500, "learningRate": 0.04, "optimizer": "Adam"},
        ],
        "momentum": 0.5,
        "spread": 1.5,
        "seed": 7,
        "epochs": 50,
        "lock": "sqrt",
        "clock": "updates",
    }
    text = race_scripts.evaluate("(settings) => raceSettings.address(settings)", settings)
    assert text == (
        "lanes=1:0.0025:SGD,500:0.04:Adam&momentum=0.5&spread=1.5&seed=7&epochs=50&lock=sqrt"
        "&clock=updates"
    )
    assert read(text) == (settings, [])


def test_what_an_address_leaves_out_is_as_it_was(read):
    lanes = [{"batchSize": 4, "learningRate": 0.1, "optimizer": "SGD"}]
    assert read("lanes=4:0.1&seed=3") == (OWN | {"lanes": lanes, "seed": 3}, [])


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused_in_one_sentence_and_nothing_is_set(read, text):
    settings, refused = read(text)
    assert settings == OWN
    (sentence,) = refused
    assert NONSENSE[text] in sentence
    assert sentence.startswith("The") and sentence.endswith(".") and "NaN" not in sentence


def test_all_that_is_wrong_is_told(read):
    settings, refused = read("lanes=501:1&seed=-1&epochs=20")
    assert len(refused) == 2
    assert settings == OWN | {"epochs": 20}


@pytest.mark.parametrize(
    "text", ["lanes=500:100,1:0.0001", "momentum=0", "seed=999999", "epochs=1"]
)
def test_the_ends_of_what_is_allowed_are_allowed(read, text):
    assert read(text)[1] == []


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({}, []),
        ({"seed": 5, "clock": "updates", "lock": "linear"}, ["seed"]),
        ({"momentum": 0.5}, ["momentum"]),
        ({"lanes": [OWN["lanes"][0] | {"learningRate": 0.1}]}, ["lanes"]),
        ({"lanes": [OWN["lanes"][0] | {"learningRate": 0.1, "batchSize": 8}]}, ["lanes"]),
        ({"spread": 1, "momentum": 0}, ["momentum", "spread"]),
    ],
)
def test_differences_are_counted(race_scripts, change, names):
    count = "([one, other]) => raceSettings.differences(one, other)"
    assert race_scripts.evaluate(count, [OWN, OWN | change]) == names
