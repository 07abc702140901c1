"""Batch sizes that suit a number of samples."""

import numpy as np

from helpers import checks

SMALLEST, FACTOR, COUNT = 4, 4, 4  # 4, 16, 64 and 256, where the samples allow


def suitable_batch_sizes(n_train: int) -> list[int]:
    """Four batch sizes to begin with, or as many as there are samples.

    They are a factor of four apart, from 4, or closer where that would be more than the samples.
    Each divides the number of samples or leaves a last batch at least half full, if a size near it
    does.

    Args:
        n_train: number of training samples, at least 1.

    >>> suitable_batch_sizes(1024), suitable_batch_sizes(74)
    ([4, 16, 64, 256], [4, 11, 28, 74])
    """
    checks.whole_number("n_train", n_train, 1)
    first = min(SMALLEST, max(1, n_train // 8))
    last = min(first * FACTOR ** (COUNT - 1), n_train)
    goals = np.geomspace(first, last, COUNT)
    reach = (last / first) ** (0.5 / (COUNT - 1))  # half-way to the next one
    return sorted({_nearest(goal, reach, n_train) for goal in goals})


def leaves_short_batch(batch_size: int, n_train: int) -> bool:
    """Whether the last batch of ``n_train`` samples is less than half of ``batch_size``."""
    return 0 < n_train % batch_size < batch_size / 2


def _nearest(goal: float, reach: float, n_train: int) -> int:
    """The size nearest to a goal, by ratio, that leaves no short batch; else the goal itself."""
    sizes = range(max(1, round(goal / reach)), min(n_train, round(goal * reach)) + 1)
    full = [size for size in sizes if not leaves_short_batch(size, n_train)]
    return min(full or [round(goal)], key=lambda size: abs(np.log(size / goal)))
