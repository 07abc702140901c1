"""The C loop of limit.c: compiled on the spot, checked against NumPy, then timed."""

import ctypes
import shutil
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.measure import Samples, in_fresh_process, repeat
from benchmarks.speed import LEARNING_RATE, MOMENTUM

SOURCE = Path(__file__).with_name("limit.c")
FLAGS = ("-O3", "-march=native", "-ffast-math")


def c_loop(epochs: int) -> dict[tuple, float]:
    """Compile the C loop, check it against NumPy, and time its updates."""
    from helpers.data.synthetic import blobs

    data = blobs()
    rng = np.random.default_rng(1000)
    order = np.concatenate([rng.permutation(500) for _ in range(epochs)]).astype(np.int32)
    start = np.zeros(303, np.float32)  # as in `Network`: kernel 1, bias 1, kernel 2, bias 2
    start[:100] = rng.uniform(-np.sqrt(3), np.sqrt(3), 100)
    start[150:300] = rng.uniform(-np.sqrt(6 / 53), np.sqrt(6 / 53), 150)
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder, "limit.so"))
        subprocess.run(
            ["cc", *FLAGS, "-shared", "-fPIC", str(SOURCE), "-o", library, "-lm"], check=True
        )
        compiled = ctypes.CDLL(library).train
    floats = np.ctypeslib.ndpointer(np.float32, flags="C_CONTIGUOUS")
    integers = np.ctypeslib.ndpointer(np.int32, flags="C_CONTIGUOUS")
    number = ctypes.c_float
    compiled.argtypes = [*[floats] * 4, integers, ctypes.c_int, number, number]
    compiled.restype = None

    def run(order, rate):
        weights, velocities = start.copy(), np.zeros_like(start)
        began = time.perf_counter()
        compiled(weights, velocities, data.x_train, data.y_train, order, len(order), rate, MOMENTUM)
        return weights, time.perf_counter() - began

    few = order[:500]
    error = np.abs(run(few, 0.001)[0] - numpy_updates(start, data, few, 0.001)).max()
    if not error < 1e-4:
        raise SystemExit(f"The C loop and NumPy disagree by {error:.2g} after {len(few)} updates.")
    return {("c", 1): statistics.median(run(order, LEARNING_RATE)[1] for _ in range(21))}


def numpy_updates(start, data, order, rate):
    """Return the weights after the same updates in NumPy: the truth for the C loop."""
    weights = start.astype(float)
    kernel1, bias1 = weights[:100].reshape(2, 50), weights[100:150]
    kernel2, bias2 = weights[150:300].reshape(3, 50), weights[300:]  # views: they share memory
    velocities = np.zeros_like(weights)
    for x, y in zip(data.x_train[order], data.y_train[order], strict=True):
        hidden = np.maximum(x @ kernel1 + bias1, 0)
        scores = np.exp(kernel2 @ hidden + bias2)
        error = scores / scores.sum() - y
        back = (error @ kernel2) * (hidden > 0)
        slopes = np.outer(x, back), back, np.outer(error, hidden), error
        velocities[:] = MOMENTUM * velocities - rate * np.concatenate([s.ravel() for s in slopes])
        weights += velocities
    return weights


def measure_c_loop(epochs: int, times: int) -> Samples:
    """Measure the C loop; without a C compiler it is listed with no sample."""
    if shutil.which("cc") is None:
        print("  the C loop is not measured: there is no C compiler (cc) here")
        return {("c", 1): []}
    return repeat({"C loop, batch 1": partial(in_fresh_process, c_loop, epochs)}, times)
