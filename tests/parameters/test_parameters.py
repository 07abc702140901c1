"""Parameters are checked one by one and together, before anything heavy is imported."""

import pytest

from helpers.parameters import (
    AdamAndAccumulation,
    BestLearningRate,
    Blobs,
    CriticalBatchSize,
    Dataset,
    GradientNoise,
    Minibatch,
    OneFlavour,
    OneKnob,
    ParameterError,
    SmallerLearningRate,
    Sweep,
    Training,
)

SHARED = {"n_samples": 1000, "cluster_std": 2.0, "data_seed": 2, "n_seeds": 30, "first_seed": 1000}
TRAINING = SHARED | {
    "hidden_units": 50, "learning_rate": 0.01, "momentum": 0.9, "epochs": 200, "last_epochs": 50,
    "target_accuracy": 0.8,
}  # fmt: skip
DIGITS = {
    "n_images": 1200, "data_seed": 0, "hidden_units": 32, "momentum": 0.9, "tuning_seeds": 6,
    "n_seeds": 10, "first_seed": 1000,
}  # fmt: skip
ONE_FLAVOUR = TRAINING | {"fit_epochs": 10}
SMALLER = ONE_FLAVOUR | {"batch_learning_rate": 0.01}
GOOD = {
    Dataset: SHARED | {"hidden_units": 50, "batch_size": 32, "new_samples": 100_000},
    OneFlavour: ONE_FLAVOUR,
    SmallerLearningRate: SMALLER,
    Minibatch: SMALLER | {"batch_size": 32, "stochastic_learning_rate": 0.001},
    Sweep: TRAINING | {"batch_sizes": [4, 8, 450]},
    GradientNoise: TRAINING | {"batch_size": 32, "batch_sizes": [1, 256], "draws": 200},
    CriticalBatchSize: SHARED
    | {
        "hidden_units": 50, "batch_sizes": [8, 16, 256], "learning_rates": [0.05, 0.4],
        "target_loss": 0.45, "most_updates": 400, "batch_size": 32, "learning_rate": 0.01,
        "momentum": 0.9, "epochs": 200,
    },
    OneKnob: ONE_FLAVOUR
    | {
        "batch_size": 8, "factor": 4, "batch_sizes": [1, 250], "learning_rates": [0.001, 0.1],
        "grid_seeds": 10,
    },
    BestLearningRate: DIGITS | {
        "batch_sizes": [64, 256, 1024], "doublings": 6, "learning_rates": [0.01, 0.1, 1.0],
        "learning_rate": 0.02, "epochs": 20, "fit_epochs": 5, "last_epochs": 5,
    },
    AdamAndAccumulation: DIGITS | {
        "batch_sizes": [8, 128], "micro_batch": 8, "accumulation_steps": 16,
        "learning_rate": 0.03, "adam_rates": [0.01, 0.02, 0.04], "sgd_rates": [0.1, 0.2, 0.4],
        "beta_2": 0.95, "epochs": 4, "longer_epochs": 8,
    },
}  # fmt: skip
WRONG = ["", "many", "nan", "inf", True, None, [1], {}, float("nan"), float("inf"), -1, 10**400]
CASES = [
    (chapter, name)
    for chapter, good in GOOD.items()
    for name in good
    if name not in ("batch_sizes", "learning_rates", "adam_rates", "sgd_rates")
]


def complaint(chapter, **changes) -> str:
    with pytest.raises(ParameterError) as stopped:
        chapter.check(GOOD[chapter] | changes)
    return str(stopped.value)


@pytest.mark.parametrize("chapter", GOOD)
def test_good_values_pass_unchanged_and_other_names_are_left_alone(chapter):
    names = GOOD[chapter] | {"x": "of the reader's own"}
    before = dict(names)
    chapter.check(names)
    assert names == before


@pytest.mark.parametrize(("chapter", "name"), CASES)
def test_wrong_value_is_named_with_the_range_allowed(chapter, name):
    field = chapter.model_fields[name]
    kind = "a whole number" if field.annotation is int else "a number"
    for value in WRONG:
        told = complaint(chapter, **{name: value})
        assert told.startswith(f"{name} must be {kind} from ")
        assert told.endswith(f", got {value!r}")


@pytest.mark.parametrize(
    ("given", "taken"),
    [("1e-3", 0.001), (" 0.5 ", 0.5), ("1", 1.0), (1, 1.0), ("100", 100.0), (1e-8, 1e-8)],
)
def test_number_given_as_text_is_taken_as_number(given, taken):
    names = GOOD[OneFlavour] | {"learning_rate": given}
    OneFlavour.check(names)
    assert names["learning_rate"] == taken and type(names["learning_rate"]) is float


@pytest.mark.parametrize(("given", "taken"), [("50", 50), (50.0, 50), ("1e3", 1000), (1, 1)])
def test_whole_number_may_come_as_text_or_float(given, taken):
    names = GOOD[Dataset] | {"hidden_units": given}
    Dataset.check(names)
    assert names["hidden_units"] == taken and type(names["hidden_units"]) is int


@pytest.mark.parametrize("given", [0, "0", 0.5, "1.5", 10_001, 1e300])
def test_whole_number_out_of_range_or_broken_is_refused(given):
    expected = f"hidden_units must be a whole number from 1 to 10000, got {given!r}"
    assert complaint(Dataset, hidden_units=given) == expected


@pytest.mark.parametrize(
    ("given", "taken"),
    [([450, 4, 8], [4, 8, 450]), ("[4, 8]", [4, 8]), ("8,4", [4, 8]), (("4", 8.0), [4, 8])],
)
def test_batch_sizes_are_taken_from_lists_and_text_and_sorted(given, taken):
    names = GOOD[Sweep] | {"batch_sizes": given}
    Sweep.check(names)
    assert names["batch_sizes"] == taken


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "batch_sizes must be a list of 2 to 20 batch sizes, got []"),
        ("", "batch_sizes must be a list of 2 to 20 batch sizes, got ''"),
        (32, "batch_sizes must be a list of 2 to 20 batch sizes, got 32"),
        (None, "batch_sizes must be a list of 2 to 20 batch sizes, got None"),
        ([4, 0], "batch_sizes must hold whole numbers from 1 to 500000, got [4, 0]"),
        ([4, 2.5], "batch_sizes must hold whole numbers from 1 to 500000, got [4, 2.5]"),
        ([4, "x"], "batch_sizes must hold whole numbers from 1 to 500000, got [4, 'x']"),
        ([4, True], "batch_sizes must hold whole numbers from 1 to 500000, got [4, True]"),
        ([4, 8, "4"], "batch_sizes must not name a batch size twice, got [4, 8, '4']"),
        ([4, 501], "batch_sizes must be at most 500 (the number of training samples), got 501"),
    ],
)
def test_bad_batch_sizes_are_refused(given, sentence):
    assert complaint(Sweep, batch_sizes=given) == sentence


@pytest.mark.parametrize(
    ("chapter", "changes", "sentence"),
    [
        (OneFlavour, {"last_epochs": 201}, "last_epochs must be at most epochs (200), got 201"),
        (OneFlavour, {"fit_epochs": 201}, "fit_epochs must be at most epochs (200), got 201"),
        (Minibatch, {"n_samples": 60, "batch_size": 31},
         "batch_size must be at most 30 (the number of training samples), got 31"),
        (Minibatch, {"epochs": 9, "last_epochs": 9, "batch_size": 501},
         "fit_epochs must be at most epochs (9), got 10; "
         "batch_size must be at most 500 (the number of training samples), got 501"),
        (Sweep, {"epochs": 20}, "last_epochs must be at most epochs (20), got 50"),
        (Dataset, {"n_samples": 60}, "batch_size must be at most 30 (the number of training "
         "samples), got 32"),
        (Minibatch, {"stochastic_learning_rate": 1e-5}, "learning_rate must be 1 to 500 (the "
         "number of training samples) times stochastic_learning_rate, got 1000 times"),
        (Minibatch, {"stochastic_learning_rate": 0.1}, "learning_rate must be 1 to 500 (the "
         "number of training samples) times stochastic_learning_rate, got 0.1 times"),
        (GradientNoise, {"batch_size": 501},
         "batch_size must be at most 500 (the number of training samples), got 501"),
        (GradientNoise, {"batch_sizes": [4, 501]},
         "batch_sizes must be at most 500 (the number of training samples), got 501"),
        (GradientNoise, {"batch_sizes": [4, 500]},
         "batch_sizes must hold 2 below 500 (the number of training samples), got [4, 500]"),
        (GradientNoise, {"n_samples": 39_400},
         "n_samples must be at most 39374 with n_seeds 30 and hidden_units 50 (the gradients of "
         "single samples must fit into 2 GiB), got 39400"),
        (CriticalBatchSize, {"batch_size": 501, "batch_sizes": [4, 501]},
         "batch_size must be at most 500 (the number of training samples), got 501; "
         "batch_sizes must be at most 500 (the number of training samples), got 501"),
        (OneKnob, {"batch_sizes": [4, 500]},
         "batch_sizes must hold 2 below 500 (the number of training samples), got [4, 500]"),
        (OneKnob, {"factor": 63},
         "factor must be at most 62 with batch_size 8 (of 500 training samples), got 63, which "
         "makes 504"),
        (BestLearningRate, {"fit_epochs": 21}, "fit_epochs must be at most epochs (20), got 21"),
        (BestLearningRate, {"batch_sizes": [64, 10_801]},
         "batch_sizes must be at most 10800 (the number of training samples), got 10801"),
        (BestLearningRate, {"batch_sizes": [64, 8101]},
         "batch_sizes must be at most 8100 (the training samples left for tuning), "
         "got [64, 8101]"),
        (BestLearningRate, {"batch_sizes": [8101, 8102], "doublings": 4},
         "batch_sizes must be at most 8100 (the training samples left for tuning), "
         "got [8101, 8102]; doublings must be at most 0 from batch size 8101 (of 10800 training "
         "samples), got 4, which makes 129616"),
        (BestLearningRate, {"doublings": 8},
         "doublings must be at most 7 from batch size 64 (of 10800 training samples), got 8, "
         "which makes 16384"),
        (AdamAndAccumulation, {"micro_batch": 4},
         "batch_sizes must hold 4 (micro_batch), got [8, 128]; batch_sizes must hold 64 "
         "(micro_batch times accumulation_steps), got [8, 128]"),
        (AdamAndAccumulation, {"accumulation_steps": 32},
         "batch_sizes must hold 256 (micro_batch times accumulation_steps), got [8, 128]"),
        (AdamAndAccumulation, {"batch_sizes": [8, 128, 8101]},
         "batch_sizes must be at most 8100 (the training samples left for tuning), "
         "got [8, 128, 8101]"),
    ],
)  # fmt: skip
def test_values_must_make_sense_together(chapter, changes, sentence):
    assert complaint(chapter, **changes) == sentence


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([0.1, 0.2], "learning_rates must be a list of 3 to 20 learning rates, got [0.1, 0.2]"),
        ([0.1, 0, 1], "learning_rates must hold numbers from 1e-08 to 100, got [0.1, 0, 1]"),
        ([0.1, 1, "1"], "learning_rates must not name a learning rate twice, got [0.1, 1, '1']"),
    ],
)
def test_bad_learning_rates_are_refused(given, sentence):
    assert complaint(BestLearningRate, learning_rates=given) == sentence


def test_learning_rates_are_taken_from_text_as_fractions_and_sorted():
    names = GOOD[BestLearningRate] | {"learning_rates": "[1, 0.5, 1e-2]"}
    BestLearningRate.check(names)
    assert names["learning_rates"] == [0.01, 0.5, 1.0]


def test_samples_left_for_tuning_are_those_that_hold_out_leaves():
    from helpers.data.images import digits, shifted
    from helpers.data.splits import hold_out

    for n_images in (61, 103, 1200):
        asked = BestLearningRate(
            **GOOD[BestLearningRate]
            | {"n_images": n_images, "batch_sizes": [8, 66], "doublings": 4}
        )
        originals = digits(n_train=n_images)
        left = shifted(hold_out(originals, asked.HELD_OUT))
        assert (left.n_train, shifted(originals).n_train) == (asked.n_tuning, asked.n_train)


def test_fewest_epochs_suffice_for_what_is_measured():
    fewest = {"epochs": Training.HOLD, "last_epochs": 3, "fit_epochs": 1}
    OneFlavour.check(GOOD[OneFlavour] | fewest)
    too_few = complaint(OneFlavour, epochs=Training.HOLD - 1, last_epochs=2)
    assert "epochs must be a whole number from 5 to" in too_few
    assert "last_epochs must be a whole number from 3 to" in too_few  # a line and its residuals


def test_missing_parameter_and_all_other_problems_are_told_at_once():
    with pytest.raises(ParameterError) as stopped:
        Blobs.check({"n_samples": 1000, "cluster_std": 0, "data_seed": "x", "n_seeds": 3})
    assert str(stopped.value).split("; ") == [
        "first_seed is missing",
        "cluster_std must be a number from 0.01 to 100, got 0",
        "data_seed must be a whole number from 0 to 4294967295, got 'x'",
    ]
