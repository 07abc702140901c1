"""What a chapter's readings of clocks and of memory say of the claims on time and memory."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from helpers.analysis import Result, gain, rank_correlation, result

SMALL, LARGER = "small", "larger"  # the networks: the tutorial's, and one with more weights


def near(sizes: Sequence[int], wanted: int) -> int:
    """The one of the batch sizes that is nearest to the one wanted, by ratio.

    >>> near([4, 30, 100], 32)
    30
    """
    return int(min(sizes, key=lambda size: abs(np.log(size / wanted))))


def best_in_time(seconds: xr.DataArray) -> xr.DataArray:
    """The batch size that takes the least time to the target, per seed; 0 where none gets there.

    Args:
        seconds: to the target, dimensions seed and batch_size; infinity where it is not reached.
    """
    reached = np.isfinite(seconds).any("batch_size")
    return xr.where(reached, seconds.idxmin("batch_size"), 0)


def cost_results(
    seconds: xr.Dataset,
    to_target: xr.DataArray,
    peaks: xr.Dataset,
) -> dict[str, Result]:
    """Decide the claims on time and memory. Where a batch size is missing, the nearest stands in.

    Args:
        seconds: what ``helpers.costs.time_engines`` returned, of the networks small and larger.
        to_target: seconds to the target (seed, engine, batch_size) of the small network.
        peaks: what ``helpers.costs.measure_peaks`` returned, of the larger network.

    Returns:
        Results by the name of the claim.
    """
    timed = {
        name: seconds.sel(network=name).dropna("batch_size", how="all") for name in (SMALL, LARGER)
    }
    sizes = {name: part.batch_size.values for name, part in timed.items()}
    one, some, many = (near(sizes[SMALL], wanted) for wanted in (1, 32, 256))
    ends = [near(peaks.batch_size.values, wanted) for wanted in (16, 256)]
    low, high = ends
    largest, smallest = int(to_target.batch_size[-1]), int(peaks.batch_size[0])
    by_fit, by_trainer = (to_target.sel(engine=engine) for engine in ("fit", "trainer"))
    best, best_by_trainer = best_in_time(by_fit), best_in_time(by_trainer)
    growing = to_target.batch_size.values[min(1, to_target.sizes["batch_size"] - 1) :]
    phases = timed[SMALL]["epoch"].sel(engine="trainer", batch_size=growing)
    grown = peaks.peak.sel(batch_size=high) - peaks.peak.sel(batch_size=low)
    computed = peaks.activations.sel(batch_size=high) - peaks.activations.sel(batch_size=low)

    def over(name, variable, engine, first, second):
        values = timed[name][variable].sel(engine=engine)
        return (values.sel(batch_size=first) / values.sel(batch_size=second)).values

    def of_both(variable, engine, first, second):
        pairs = [(name, near(sizes[name], first), near(sizes[name], second)) for name in timed]
        rows = [over(name, variable, engine, *pair) for name, *pair in pairs]
        return np.stack(rows, axis=1)

    to_all = to_target.transpose("seed", "engine", "batch_size")
    by_rank = rank_correlation(timed[LARGER].samples).transpose("repeat", "engine")
    low_high = {"low": low, "high": high}
    return {
        "A9": result(
            "A9",
            {
                "fit": of_both("epoch", "fit", 1, 32),
                "trainer": over(SMALL, "epoch", "trainer", one, some),
            },
            one=one,
            some=some,
        ),
        "B6": result(
            "B6",
            {
                "per_epoch": over(SMALL, "epoch", "fit", many, some),
                "to_the_target": gain(by_fit.sel(batch_size=many), by_fit.sel(batch_size=some)),
            },
            many=many,
            some=some,
        ),
        "C1": result(
            "C1",
            {
                "efficiency": over(LARGER, "samples", "fit", *_ends(sizes[LARGER])),
                "efficiency_of_the_trainer": over(
                    LARGER, "samples", "trainer", *_ends(sizes[LARGER])
                ),
                "memory": grown.values,
                "memory_as_computed": (grown / computed).values,
            },
            **low_high,
        ),
        "C3": result(
            "C3", {"vector_hardware": of_both("samples", "trainer", 32, 1)}, batch_size=some
        ),
        "D6": result("D6", {"hardware": by_rank}),
        "D7": result(
            "D7",
            {
                "time": gain(to_all.isel(batch_size=-1), to_all.min("batch_size")),
                "memory": peaks.peak.isel(batch_size=-1) / peaks.peak.isel(batch_size=0),
            },
            largest=largest,
            smallest=smallest,
            n_wide=int(peaks.batch_size[-1]),
        ),
        "D8": result(
            "D8",
            {
                "less_time_per_epoch": rank_correlation(timed[SMALL]["epoch"].sel(engine="fit")),
                "best_in_time_inside": (best > to_target.batch_size.values[0]) & (best < largest),
            },
        ),
        "H7": result("H7", {"larger_with_fit": gain(best, best_by_trainer)}),
        "H13": result(
            "H13",
            {"faster": phases.isel(batch_size=0) / phases.mean("batch_size")},
            smallest=int(growing[0]),
            sizes=", ".join(map(str, growing)),
        ),
    }


def _ends(sizes: Sequence[int]) -> tuple[int, int]:
    """The batch sizes nearest to 256 and to 16."""
    return near(sizes, 256), near(sizes, 16)
