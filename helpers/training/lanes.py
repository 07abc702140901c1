"""Which seeds train together, and what threads train side by side.

Seeds that train together, in one run of the compiled program, are a lane. Which seeds are a lane
depends on what there is to train and not on the number of cores, so neither do the bits of a run.
"""

import itertools
from collections.abc import Sequence

import numpy as np

TOGETHER = 30  # up to so many replicates another learning rate costs far less than its own run
LANE = 15  # replicates of a lane at most, where several lanes pay
# They pay where one core would take longer than LONG_SECONDS, since every thread compiles the
# program anew, in about a second.
LONG_SECONDS = 4.0
# About how long an update of one replicate takes (measured):
UPDATE_SECONDS = 0.6e-6  # at least,
WEIGHT_SECONDS = 0.4e-9  # more for each of its samples and weights,
ALONE = 3.0  # and this many times longer where replicates train one at a time


def run_seconds(
    batch_sizes: Sequence[int], n_updates: Sequence[int], n_weights: int, n: int, stacked: bool
) -> float:
    """About how long n replicates train on one core.

    Args:
        batch_sizes: samples per update, one per epoch.
        n_updates: updates of each epoch.
        n_weights: weights of the model.
        n: number of replicates.
        stacked: whether they train together, or one at a time.
    """
    update = UPDATE_SECONDS + WEIGHT_SECONDS * n_weights * np.asarray(batch_sizes)
    return float(n * (1.0 if stacked else ALONE) * np.dot(n_updates, update))


def lanes(n: int, stacked: bool, seconds: float) -> list[slice]:
    """The places of n seeds, lane by lane.

    Args:
        n: number of seeds, at least 1.
        stacked: whether seeds can train together; otherwise each is a lane.
        seconds: how long they would take on one core.

    >>> lanes(30, True, 1.0), lanes(30, True, 10.0)
    ([slice(0, 30, None)], [slice(0, 15, None), slice(15, 30, None)])
    """
    n_lanes = n if not stacked else -(-n // LANE) if seconds > LONG_SECONDS else 1
    ends = [n * lane // n_lanes for lane in range(n_lanes + 1)]
    return [slice(*pair) for pair in itertools.pairwise(ends)]


def groups(batch_sizes: Sequence[Sequence[int]], n_seeds: int, by_rate: bool) -> list[list[int]]:
    """Which schedules train together, each of its learning rates beside the others.

    Args:
        batch_sizes: of each schedule, samples per update in every epoch. Those with the same
            batch sizes can train together.
        n_seeds: number of seeds.
        by_rate: whether replicates can have a learning rate each.

    Returns:
        Numbers of schedules, in groups that have one length for the same batch sizes.

    >>> groups([[1], [1], [1], [1], [8]], 10, True), groups([[1], [1]], 30, True)
    ([[0, 1], [2, 3], [4]], [[0], [1]])
    """
    alike = {}
    for number, sizes in enumerate(batch_sizes):
        alike.setdefault(tuple(sizes), []).append(number)
    most = max(1, TOGETHER // n_seeds) if by_rate else 1
    together = []
    for numbers in alike.values():
        length = max(k for k in range(1, min(most, len(numbers)) + 1) if len(numbers) % k == 0)
        together += [numbers[i : i + length] for i in range(0, len(numbers), length)]
    return together


def side_by_side(
    first_sizes: Sequence[int],
    lanes_of: Sequence[list[slice]],
    seconds: Sequence[float],
    n_jobs: int,
) -> list[list[tuple[int, slice]]]:
    """What threads train: lists of (number of a schedule, one of its lanes), the longest first.

    What stands in one list is trained in turn by one program, which compiles a batch size once.
    So schedules that begin with the same batch size stay together, and their lanes do so unless
    they are long and there are more jobs than batch sizes.

    Args:
        first_sizes: the batch size that each schedule begins with.
        lanes_of: the lanes of each schedule.
        seconds: how long each takes on one core.
        n_jobs: threads, at least 1.

    >>> halves = [slice(0, 15), slice(15, 30)]
    >>> len(side_by_side([1], [halves], [9.0], 2)), len(side_by_side([1], [halves], [9.0], 1))
    (2, 1)
    """
    alike = {}
    for number, size in enumerate(first_sizes):
        alike.setdefault((size, len(lanes_of[number])), []).append(number)
    work = []
    for numbers in alike.values():
        places = lanes_of[numbers[0]]
        is_long = sum(seconds[number] for number in numbers) > LONG_SECONDS
        n_parts = max(1, min(n_jobs // len(alike), len(places))) if is_long else 1
        took = sum(seconds[number] for number in numbers) / n_parts
        for part in range(n_parts):
            pieces = [(number, lane) for lane in places[part::n_parts] for number in numbers]
            work.append((took, pieces))
    return [pieces for _, pieces in sorted(work, key=lambda item: -item[0])]
