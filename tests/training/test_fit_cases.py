"""Each row of what the trainer honours and refuses, against `fit` or the sentence that it says."""

import json
import warnings

import keras
import numpy as np
import pytest
from fit_cases import ALONE, CASES, REFUSED, WITHOUT_XLA
from keras_reference import flat

from helpers import train
from helpers.training.replicates import sample_orders
from helpers.training.targets import targets_like

SEEDS, EPOCHS = [3, 1], 2
HONOURED = [case for case in CASES if case.treatment != REFUSED]
REFUSALS = [case for case in CASES if case.treatment == REFUSED]


def trained(case):
    settings = {"loss": case.loss, "jit_compile": case.treatment == WITHOUT_XLA}
    return train(
        case.build, case.optimizer(), case.data, batch_size=case.batch_size, epochs=EPOCHS,
        seeds=SEEDS, snapshots=[1, 2], n_jobs=1, progress=False,
        **settings | case.options | case.only,
    )  # fmt: skip


def fitted(case, seed):
    """Metrics, weights and updates after each epoch of `fit`."""
    data, outputs = case.data, case.build()(case.data.x_train[:1])
    keras.utils.set_random_seed(seed)
    model = case.build()
    regression = "regression" in case.name
    metric = "mean_absolute_error" if regression else "accuracy"
    eagerly = case.treatment != WITHOUT_XLA  # sooner, but layers for images draw otherwise then
    model.compile(case.optimizer(), case.loss, metrics=[metric], run_eagerly=eagerly)
    options, y = dict(case.options), targets_like(outputs, data.y_train)
    epochs = []
    for _, order in zip(range(EPOCHS), sample_orders(seed, data.n_train), strict=False):
        if "sample_weight" in case.options:
            options["sample_weight"] = case.options["sample_weight"][order]
        log = model.fit(
            data.x_train[order], y[order], batch_size=case.batch_size, shuffle=False, verbose=0,
            validation_data=(data.x_test, targets_like(outputs, data.y_test)),
            validation_batch_size=len(data.x_test), **options,
        ).history  # fmt: skip
        names = ["loss", metric, "val_loss", f"val_{metric}"]
        updates = int(model.optimizer.iterations)
        epochs.append(([log[name][0] for name in names], flat(model.get_weights()), updates))
    return epochs


@pytest.mark.slow
@pytest.mark.parametrize("case", HONOURED, ids=lambda case: case.name)
def test_what_is_honoured_trains_as_fit_does(case):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        runs = trained(case)
    of_trainer = [str(w.message) for w in caught if "the model comes with" in str(w.message)]
    of_trainer += [str(w.message) for w in caught if "is not adapted" in str(w.message)]
    assert (case.warns in of_trainer[0] and len(of_trainer) == 1) if case.warns else not of_trainer
    settings = json.loads(runs.attrs["settings"])
    assert settings["stacked"] == (case.treatment != ALONE)
    assert not settings["jit_compile"]
    metric = "error" if "regression" in case.name else "accuracy"
    names = ["loss", metric, "val_loss", f"val_{metric}"]
    for seed in SEEDS:
        for epoch, (metrics, weights, updates) in enumerate(fitted(case, seed)):
            run = runs.sel(seed=seed).isel(epoch=epoch, snapshot=epoch)
            np.testing.assert_allclose(
                run.weights, weights, rtol=case.tolerance, atol=case.tolerance
            )
            np.testing.assert_allclose(
                [run[n] for n in names], metrics, rtol=case.tolerance, atol=case.tolerance
            )
            if "it skips" not in case.name:  # another number for each seed
                assert run.updates == updates


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.name)
def test_what_is_refused_is_refused_in_one_sentence_before_training(case):
    with pytest.raises(ValueError) as refused:
        trained(case)
    sentence = str(refused.value)
    assert sentence.startswith(case.says)
    assert len(case.says) > 10 and "\n" not in sentence and ". " not in sentence
