"""Adam's settings carried over from one batch size to smaller ones, by several rules."""

from collections.abc import Sequence

import keras
import numpy as np
import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.findings import Values
from helpers.experiments import shifted_digits
from helpers.experiments.experiment import Experiment
from helpers.experiments.tuned_rates import distance
from helpers.training import train

RULES = ("fixed", "linear", "square root", "half-life", "SDE")


def settings(
    rule: str, ratio: float, learning_rate: float, beta_1: float, beta_2: float, epsilon: float
) -> dict[str, float]:
    """Adam's settings at ``ratio`` times the batch size.

    Square root scales the learning rate ε alone, by √κ with κ the ratio. Half-life adds to it that
    1 - β₂ is multiplied by κ, so that β₂'s half-life in samples stays as it is, to first order
    (Marek et al., arXiv 2507.07101, section 3). SDE adds to that 1 - β₁ times κ and the small
    constant divided by √κ (Malladi et al., arXiv 2205.10287, definition 5.3).

    Args:
        rule: one of RULES.
        ratio: κ, above 0; below 1 for smaller batches.
        learning_rate, beta_1, beta_2, epsilon: at the ratio 1, as Keras's Adam takes them.

    Returns:
        Arguments of ``keras.optimizers.Adam``.

    >>> scaled = settings("SDE", 0.25, 0.01, 0.9, 0.96, 1e-7)
    >>> [round(value, 12) for value in scaled.values()]
    [0.005, 0.975, 0.99, 2e-07]
    """
    rates = {"fixed": learning_rate, "linear": learning_rate * ratio}
    held = rule in ("half-life", "SDE")
    return {
        "learning_rate": rates.get(rule, learning_rate * ratio**0.5),
        "beta_1": 1 - ratio * (1 - beta_1) if rule == "SDE" else beta_1,
        "beta_2": 1 - ratio * (1 - beta_2) if held else beta_2,
        "epsilon": epsilon / ratio**0.5 if rule == "SDE" else epsilon,
    }


def measure(
    seeds: Sequence[int],
    tuning: None,
    *,
    n_images: int,
    epochs: int,
    batch_size: int,
    parts: Sequence[int],
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> xr.Dataset:
    """Train at a batch size, and at parts of it with Adam's settings scaled down by each rule.

    Args:
        seeds: of the split of the images, the initial weights and the order.
        tuning: nothing is tuned.
        n_images: as for ``shifted_digits.draws``.
        epochs: of every run.
        batch_size: the largest, to which the settings belong.
        parts: numbers of parts, in order; the smaller batches are the largest over them.
        learning_rate, beta_1, beta_2, epsilon: of the largest.

    Returns:
        Logarithms of the validation loss: reference, of the largest batch, dimensions epoch and
        seed; curve, dimensions part, rule, epoch and seed.
    """
    data = shifted_digits.draws(seeds, n_images)
    anchor = learning_rate, beta_1, beta_2, epsilon

    def trained(part, rule):
        runs = train(
            shifted_digits.build, keras.optimizers.Adam(**settings(rule, 1 / part, *anchor)), data,
            batch_size=batch_size // part, epochs=epochs, seeds=seeds, jit_compile=False,
            progress=False,
        )  # fmt: skip
        return shifted_digits.log_loss(runs.val_loss)

    by_part = [
        xr.concat([trained(part, rule) for rule in RULES], xr.Variable("rule", list(RULES)))
        for part in parts
    ]
    curve = xr.concat(by_part, xr.Variable("part", list(parts)))
    return xr.Dataset({"reference": trained(1, "fixed"), "curve": curve})


def values(measured: xr.Dataset, tuning: None) -> dict[str, dict[str, Values]]:
    """How far the curves lie from that of the largest batch, seeds drawn anew.

    Args:
        measured: what ``measure`` returned.
        tuning: None.
    """
    some, most = measured.part.values

    def distances(drawn):
        def of(rule, part):
            return distance(drawn.curve.sel(rule=rule, part=part), drawn.reference)

        return (
            np.exp(of("SDE", some)),
            np.exp(of("SDE", most)),
            of("SDE", most) - of("fixed", most),
            of("SDE", most) - of("linear", most),
            of("SDE", some) - of("square root", some),
            of("half-life", some) - of("square root", some),
        )

    names = ("coincide", "sixteen_times", "than_fixed", "than_linear", "than_rate_alone")
    names += ("half_life_alone",)
    return {"E8": dict(zip(names, bootstrap(distances, measured), strict=True))}


ADAM = {"learning_rate": 0.003, "beta_1": 0.9, "beta_2": 0.98, "epsilon": 1e-7}
ADAM_SCALING = Experiment(
    name="adam_scaling",
    measure=measure,
    values=values,
    confirm={"n_images": 512, "epochs": 4, "batch_size": 64, "parts": (4, 16), **ADAM},
    live={"n_images": 512, "epochs": 2, "batch_size": 64, "parts": (2, 4), **ADAM},
    quick={"n_images": 64, "epochs": 1, "batch_size": 64, "parts": (2, 4), **ADAM},
    first_seed=6000,
)
