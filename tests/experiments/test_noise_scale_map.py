import numpy as np
import pytest
import xarray as xr

from helpers.experiments.noise_scale_map import NOISE_SCALE_MAP, noise_scales
from helpers.theory import Quadratic, linear_regression


def test_noise_scales_of_one_weight_whose_moments_are_known():
    problem = Quadratic([2.0], [3.0], [1.0])  # constant noise: offset² -> (1 - 2ε)² o² + 3ε²/B
    simple, weighted, path = noise_scales(problem, 6, 0.25, 2)
    first = 0.25 * 1 + 0.25**2 * 3 / 6
    second = 0.25 * first + 0.25**2 * 3 / 6
    assert simple == weighted == pytest.approx(3 / (4 * second))
    assert path == pytest.approx((3 / (4 * first) + 3 / (4 * second)) / 2)


def test_weighted_by_equal_curvatures_the_noise_scale_is_the_simple_one():
    problem = linear_regression(np.full(4, 0.5), 1.0, np.ones(4))
    simple, weighted, _ = noise_scales(problem, 16, 0.3, 5)
    assert simple == pytest.approx(weighted)


def test_values_compare_with_the_critical_batch_size():
    scale = np.array([[[5, 5, 5], [20, 40, 20], [90, 90, 10.0]]])
    measured = xr.Dataset(
        {
            "scale": (("seed", "run", "kind"), scale),
            "critical": ("seed", [10.0]),
            "isotropic": ("seed", [0.3]),
        },
        {"run": ["small_run", "near_run", "large_run"], "kind": ["simple", "hessian", "path"]},
    )
    values = NOISE_SCALE_MAP.values(measured, None)["E1"]
    assert values["linear"].tolist() == [True]  # 2 times
    assert values["linear_average"] == pytest.approx([2])
    assert values["linear_large_run"] == pytest.approx([9])
    assert values["linear_path"] == pytest.approx([np.log(9)])
    assert values["linear_hessian"] == pytest.approx([np.log(2 / 4)])
    assert values["linear_isotropic"] == pytest.approx([0.3])


def test_problems_are_within_their_ranges_and_the_same_for_a_seed():
    quick = dict(NOISE_SCALE_MAP.quick) | {"inputs": (5, 6), "batch_sizes": [1, 16, 256]}
    measured = NOISE_SCALE_MAP.measure(range(10_000, 10_002), None, **quick)
    again = NOISE_SCALE_MAP.measure(range(10_001, 10_002), None, **quick)
    assert ((measured.n_inputs >= 5) & (measured.n_inputs <= 6)).all()
    assert measured.isel(seed=[1]).equals(again)
    assert (measured.scale > 0).all() and (measured.critical > 0).all()
