"""Memory of training, in bytes: computed for its activations, measured in fresh processes.

A peak belongs to a whole process and never falls, so each measurement has a process of its own.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import joblib
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
import xarray as xr

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.models.networks import mlp
from helpers.training.trainer import train

ENGINES = ("fit", "trainer")
MIB, GIB = 2**20, 2**30
BACKWARD = 2  # bytes that a batch takes over those of its activations: their gradients come on top


def device() -> str:
    """The device that TensorFlow trains on, in words: the first GPU, or the processor."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return f"a GPU ({details.get('device_name', gpus[0].name)})"
    return f"the processor ({os.cpu_count()} cores)"


def activation_bytes(model: keras.Model, batch_size: int) -> int:
    """Bytes of the inputs and of the outputs of all layers, for one batch.

    This is what the forward pass has to keep, since the backward pass needs it (Goodfellow,
    Bengio & Courville, Deep Learning, section 6.5). The backward pass itself holds a gradient
    as large as each of them, though not all at once: expect one to two times as much.

    Args:
        model: a built Keras model whose layers are each used once.
        batch_size: samples in the batch, at least 1.

    >>> activation_bytes(mlp(), 1)  # 2 inputs, 50 hidden units, 3 outputs, 4 bytes each
    220
    """
    size = checks.whole_number("batch_size", batch_size, 1)
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    tensors = [*model.inputs, *(layer.output for layer in layers)]
    sizes = [int(np.prod(t.shape[1:])) * tf.as_dtype(t.dtype).size for t in tensors]
    return size * sum(sizes)


def fixed_bytes(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> int:
    """Bytes that training takes at any batch size: weights, gradients, and the optimizer's state.

    Args:
        model: a built Keras model.
        optimizer: its settings decide how many numbers it keeps for each weight.

    >>> fixed_bytes(mlp(), keras.optimizers.Adam()) // mlp().count_params()  # four of 4 bytes
    16
    """
    fresh = type(optimizer).from_config(optimizer.get_config())
    fresh.build(model.trainable_variables)
    shapes = {tuple(weight.shape) for weight in model.trainable_variables}
    state = [number for number in fresh.variables if tuple(number.shape) in shapes]
    held = [*model.variables, *model.trainable_variables, *state]
    return sum(int(np.prod(array.shape)) * tf.as_dtype(array.dtype).size for array in held)


def fits(
    models: Mapping[str, keras.Model], optimizer: keras.optimizers.Optimizer, gib: float
) -> pd.DataFrame:
    """The largest batch that fits, by a rough rule: fixed bytes, and twice the activations.

    Args:
        models: built Keras models, by the name that their row has.
        optimizer: that they are trained with.
        gib: memory to fill, above 0.

    Returns:
        A row for each model: its weights, what training takes at any batch size, what each sample
        adds, and the batch size at which the memory is full.
    """
    rows = {}
    for name, model in models.items():
        fixed, sample = fixed_bytes(model, optimizer), BACKWARD * activation_bytes(model, 1)
        most = max(0, int((gib * GIB - fixed) // sample))
        rows[name] = {
            "weights": f"{model.count_params():,}",
            "at any batch size (MiB)": _mib(fixed),
            "each sample (MiB)": _mib(sample),
            f"largest batch in {gib:g} GiB": f"{most:,}",
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(columns="network")


def _mib(n_bytes: int) -> str:
    """MiB with three digits, or without a fraction."""
    mib = n_bytes / MIB
    return f"{mib:,.0f}" if mib >= 100 else f"{mib:.3g}"


@dataclass(frozen=True)
class Memory:
    """Memory of a process in bytes: what it held at first, and the most that it ever held."""

    before: int
    peak: int

    @property
    def growth(self) -> int:
        """Bytes that came on top of what the process held before."""
        return self.peak - self.before


def peak_memory(function: Callable, *arguments) -> Memory:
    """The most memory that a fresh process holds while it runs ``function(*arguments)``.

    It is the resident memory, or that of the GPU where there is one. On Linux the process is
    forked from a server that has imported TensorFlow and run nothing: it starts in milliseconds,
    and a peak is not inherited over a fork (it is over the start of another program). Elsewhere
    the process imports everything anew, in seconds.

    Args:
        function: defined in a module, so that the other process can import it by its name.
        *arguments: what it is called with; they travel to the process by pickle.

    Raises:
        RuntimeError: the function raised an error, or the process was killed.
    """
    on_linux = sys.platform == "linux"
    context = multiprocessing.get_context("forkserver" if on_linux else "spawn")
    if on_linux:
        context.set_forkserver_preload([__name__])
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(sender, function, arguments), daemon=True)
    process.start()
    sender.close()  # the process has its own end, and if it dies this one must not stay open
    try:
        outcome = receiver.recv()
    except EOFError:
        outcome = None
    process.join()
    if isinstance(outcome, Memory):
        return outcome
    if outcome is None:
        code = process.exitcode
        outcome = (
            f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"
        )
    raise RuntimeError(f"the process that ran {function.__name__} {outcome}")


def measure_peaks(
    units: Sequence[int], n_train: int, batch_sizes: Sequence[int], repeats: int
) -> xr.Dataset:
    """Peak memory of processes that train an MLP with ``fit``, two processes at a time.

    Args:
        units: inputs, units of each hidden layer, outputs.
        n_train: samples of the training set, which every process holds.
        batch_sizes: each 1 to n_train.
        repeats: processes for each batch size, at least 1.

    Returns:
        Variables peak and before, in MiB, with the dimensions repeat and batch_size; before is what
        a process held when it began. And activations, as computed (batch_size).
    """
    jobs = [
        joblib.delayed(peak_memory)(train_briefly, "fit", units, n_train, size, 1)
        for _ in range(repeats)
        for size in batch_sizes
    ]
    measured = joblib.Parallel(2, prefer="threads")(jobs)
    grid = ("repeat", "batch_size")
    shape = repeats, len(batch_sizes)
    model = mlp(units[0], units[-1], units[1:-1])
    computed = [activation_bytes(model, size) / MIB for size in batch_sizes]
    return xr.Dataset(
        {
            "peak": (grid, np.reshape([process.peak / MIB for process in measured], shape)),
            "before": (grid, np.reshape([process.before / MIB for process in measured], shape)),
            "activations": ("batch_size", computed),
        },
        {"repeat": range(repeats), "batch_size": list(batch_sizes)},
    )


def _report(sender, function, arguments):
    """Run the function in the process that was made for it, and send what it took."""
    try:
        before = _peak()
        function(*arguments)
        sender.send(Memory(before, _peak()))
    except BaseException as error:
        sender.send(f"ended with {type(error).__name__}: {error}")


def _peak() -> int:
    """The most memory that this process has held so far, in bytes."""
    if tf.config.list_physical_devices("GPU"):
        return tf.config.experimental.get_memory_info("GPU:0")["peak"]
    import resource  # Windows has none

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def train_briefly(
    engine: str, units: Sequence[int], n_train: int, batch_size: int, updates: int = 3
) -> None:
    """Train a fresh MLP for a few updates on noise: what ``peak_memory`` looks at.

    The process holds the whole training set at any batch size. The trainer, which cannot stop
    within an epoch, is given only as many of its samples as these updates take; it scores a
    single test sample.

    Args:
        engine: "fit" or "trainer".
        units: inputs, units of each hidden layer, outputs.
        n_train: samples of the training set, at least 1.
        batch_size: samples per update, 1 to n_train.
        updates: at least 1; the whole set in one batch gives one per epoch and so several epochs.
    """
    checks.one_of("engine", engine, ENGINES)
    checks.batch_size(batch_size, n_train)
    noise = np.random.default_rng(0)
    x = noise.standard_normal((n_train, units[0]), dtype="float32")
    y = np.eye(units[-1], dtype="float32")[noise.integers(units[-1], size=n_train)]
    optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
    steps = min(updates, n_train // batch_size)
    schedule = {"batch_size": batch_size, "epochs": -(-updates // steps)}
    if engine == "fit":
        model = mlp(units[0], units[-1], units[1:-1])
        model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, steps_per_epoch=steps, verbose=0, **schedule)
    else:
        some = slice(0, steps * batch_size)
        data = Dataset(x[some], y[some], x[:1], y[:1], "noise")
        build = lambda: mlp(units[0], units[-1], units[1:-1])  # noqa: E731
        train(build, optimizer, data, seeds=[0], progress=False, **schedule)
