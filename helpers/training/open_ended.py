"""Training without an end: further epochs at every call, for those who time them."""

from collections.abc import Callable

import keras
import numpy as np

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.training.replicates import sample_orders
from helpers.training.runner import new_program
from helpers.training.setup import set_up


def open_ended(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    batch_size: int,
    n_seeds: int,
    most: int,
) -> Callable[[int], None]:
    """Train seeds together, without recording anything, for as many epochs as asked for.

    Args:
        build, optimizer, data: as for ``train``; the optimizer must allow to train seeds together.
        batch_size: samples per update, 1 to n_train.
        n_seeds: replicates trained together, with the seeds from 0, at least 1.
        most: epochs that one call may ask for, at least 1; their orders are held in memory.

    Returns:
        A function of a number of epochs, 1 to ``most``, which trains them on from where the last
        call ended, their orders drawn and their test samples scored as ``train`` does. The first
        call compiles.

    Raises:
        ValueError: an argument is out of its range, or the optimizer mixes the weights.
    """
    n_seeds, most = checks.whole_number("n_seeds", n_seeds, 1), checks.whole_number("most", most, 1)
    setup = set_up(build, optimizer, data, epochs=1, seeds=range(n_seeds), stacked=True)
    schedule = setup.schedule(batch_size, None)
    [size], rates = schedule.batch_sizes, np.repeat(schedule.learning_rates, most)[:, None]
    order = np.zeros((most, n_seeds, setup.n_train), "int32")
    draws = [sample_orders(seed, setup.n_train) for seed in setup.seeds]
    program = new_program(setup, setup.model, n_seeds)
    program.reset(setup.start, setup.samples(slice(n_seeds)))

    def train_on(epochs: int) -> None:
        order[:epochs] = [[next(draw) for draw in draws] for _ in range(epochs)]
        program.run(size, False, order, rates, epochs)

    return train_on
