"""One training of the tutorial's network by three programs, each measured in a fresh process."""

import time
from functools import partial

from benchmarks.measure import Samples, in_fresh_process, repeat

BATCH_SIZES = (1, 32, 500)
LEARNING_RATE = 0.01
MOMENTUM = 0.9


def fit(batch_size: int, epochs: int, epochs_run: int) -> dict[tuple, float]:
    """Time `model.fit`, run for some of the epochs and scaled by its epochs after the first."""
    import keras

    from helpers.data.synthetic import blobs
    from helpers.models.networks import mlp

    class Clock(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.ends = []

        def on_epoch_end(self, epoch, logs=None):
            self.ends.append(time.perf_counter())

    data, clock = blobs(), Clock()
    started = time.perf_counter()
    keras.utils.set_random_seed(1000)
    model = mlp()
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        data.x_train,
        data.y_train,
        validation_data=(data.x_test, data.y_test),
        batch_size=batch_size,
        epochs=epochs_run,
        verbose=0,
        callbacks=[clock],
    )
    first = clock.ends[0] - started  # builds and traces too
    warm = (clock.ends[-1] - clock.ends[0]) / (epochs_run - 1)
    return {
        ("fit", batch_size): first + (epochs - 1) * warm,
        ("warm fit", batch_size): epochs * warm,
    }


def trainer(batch_size: int, epochs: int, n_seeds: int) -> tuple[float, float]:
    """Time `helpers.train`: the whole call, and the whole call less its compilation."""
    import keras

    from helpers.data.synthetic import blobs
    from helpers.models.networks import mlp
    from helpers.training.trainer import train

    data = blobs()
    started = time.perf_counter()
    runs = train(
        mlp,
        keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM),
        data,
        batch_size=batch_size,
        epochs=epochs,
        seeds=range(1000, 1000 + n_seeds),
        progress=False,
    )
    seconds = time.perf_counter() - started
    return seconds, seconds - runs.attrs["compile_seconds"]


def measure_trainer(epochs: int, fit_epochs: int, n_seeds: int, times: int) -> Samples:
    """Measure `model.fit`, the trainer with one seed, and the trainer with many, in turn."""

    def one_seed(batch_size):
        seconds, _ = in_fresh_process(trainer, batch_size, epochs, 1)
        return {("trainer", batch_size): seconds}

    def many_seeds(batch_size):
        _, seconds = in_fresh_process(trainer, batch_size, epochs, n_seeds)
        return {("replicate", batch_size): seconds / n_seeds}

    measures = {}
    for size in BATCH_SIZES:
        run = fit_epochs if size == 1 else epochs
        measures |= {
            f"model.fit, batch {size}": partial(in_fresh_process, fit, size, epochs, run),
            f"trainer, batch {size}, one seed": partial(one_seed, size),
            f"trainer, batch {size}, {n_seeds} seeds": partial(many_seeds, size),
        }
    return repeat(measures, times)


def classifier(batch_size: int, epochs: int) -> dict[tuple, float]:
    """Time scikit-learn's MLPClassifier on the same network and data."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    from helpers.data.synthetic import blobs

    data = blobs()
    model = MLPClassifier(
        hidden_layer_sizes=(50,),
        activation="relu",
        solver="sgd",
        alpha=0,
        batch_size=batch_size,
        learning_rate="constant",
        learning_rate_init=LEARNING_RATE,
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        shuffle=True,
        max_iter=epochs,
        n_iter_no_change=epochs,  # never stop early
        early_stopping=False,
        random_state=1000,
    )
    labels = data.y_train.argmax(axis=1)
    with warnings.catch_warnings():
        # It warns that it stops after `max_iter` epochs, which is what is asked of it here.
        warnings.simplefilter("ignore", ConvergenceWarning)
        started = time.perf_counter()
        model.fit(data.x_train, labels)
        seconds = time.perf_counter() - started
    if model.n_iter_ != epochs:
        raise SystemExit(f"MLPClassifier ran {model.n_iter_} epochs instead of {epochs}.")
    return {("classifier", batch_size): seconds}


def measure_classifier(epochs: int, times: int) -> Samples:
    """Measure MLPClassifier at every batch size."""
    return repeat(
        {
            f"MLPClassifier, batch {size}": partial(in_fresh_process, classifier, size, epochs)
            for size in BATCH_SIZES
        },
        times,
    )
