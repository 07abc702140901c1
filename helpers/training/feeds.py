"""What the seeds of a lane see, update by update: of a stream, or of a finite set by a sampling."""

from collections.abc import Iterator

import numpy as np

from helpers.data.dataset import Dataset
from helpers.data.streams import Stream
from helpers.training.sampling import HAVE_EPOCHS, epoch_order

Blocks = Iterator[tuple[np.ndarray, np.ndarray]]


def dataset_blocks(
    data: Dataset, sampling: str, seed: int, batch_size: int, keep_rest: bool
) -> Blocks:
    """The samples of one epoch after another, in the order that ``sampling`` gives them.

    Args:
        data: the training samples.
        sampling: one of ``SAMPLINGS``.
        seed: of the order.
        batch_size: 1 to n_train.
        keep_rest: whether the short last batch of an epoch belongs to it; only reshuffled and in
            order.
    """
    generator, n = np.random.default_rng(seed), data.n_train
    n_seen = n if keep_rest and sampling in HAVE_EPOCHS else n // batch_size * batch_size
    while True:
        order = epoch_order(sampling, generator, n, batch_size)[:n_seen]
        yield data.x_train[order], data.y_train[order]


def stream_blocks(stream: Stream, seed: int, like: Dataset) -> Blocks:
    """The samples of a seed, block after block.

    Args:
        stream: where they come from.
        seed: of the draws.
        like: its targets have the shape that the model's outputs ask for, and so have these.
    """
    for x, y in stream.blocks(seed):
        yield x, np.reshape(y, (len(y), *like.y_train.shape[1:]))


class Feed:
    """The next samples of several seeds, however the blocks that they come in are cut.

    Args:
        blocks: of each seed, x and y of any number of samples at a time.
    """

    def __init__(self, blocks: list[Blocks]):
        """Nothing is drawn yet."""
        self._blocks = blocks
        self._left = [next(one) for one in blocks]

    def take(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """x and y of the next n samples of each seed, first axes (seeds, n)."""
        taken = [self._take(seed, n) for seed in range(len(self._blocks))]
        return tuple(np.stack(arrays) for arrays in zip(*taken, strict=True))

    def _take(self, seed, n):
        held = [self._left[seed]]
        while sum(len(x) for x, _ in held) < n:
            held.append(next(self._blocks[seed]))
        x, y = (np.concatenate(a) if len(held) > 1 else a[0] for a in zip(*held, strict=True))
        self._left[seed] = x[n:], y[n:]
        return x[:n], y[:n]
