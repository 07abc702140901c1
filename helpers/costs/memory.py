"""Memory of training, in bytes: computed for its activations, measured in fresh processes.

A peak belongs to a whole process and never falls, so each measurement has a process of its own.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.models.networks import mlp
from helpers.training.trainer import train

ENGINES = ("fit", "trainer")


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
    each = [int(np.prod(t.shape[1:])) * tf.as_dtype(t.dtype).size for t in tensors]
    return size * sum(each)


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
        told = receiver.recv()
    except EOFError:
        told = None
    process.join()
    if isinstance(told, Memory):
        return told
    if told is None:
        code = process.exitcode
        told = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"
    raise RuntimeError(f"the process that ran {function.__name__} {told}")


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
