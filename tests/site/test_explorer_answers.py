"""The answers to the explorer's things to try are true of its runs."""

import explorer_data
import fit_costs
import numpy as np
import pytest
from conftest import ROOT
from explorer_page import RATES, SIZES, content, unpacked_weights

from helpers.data.synthetic import blobs

pytestmark = pytest.mark.slow
NEVER = [None, None, None]


@pytest.fixture
def cells(explored):
    """The numbers of every cell, by batch size and learning rate."""
    return {(cell["batch_size"], cell["learning_rate"]): cell for cell in explored["cells"]}


def median(cells, quantity, *settings):
    """The medians of settings, infinite where they are never reached."""
    values = [cells[setting][quantity][1] for setting in settings]
    return np.array([np.inf if value is None else value for value in values])


def test_full_batch_is_fastest_below_the_rate_that_breaks_it(cells):
    batch = [(500, rate) for rate in RATES]
    epochs = dict(zip(RATES, median(cells, "epochs", *batch), strict=True))
    assert epochs[0.001] == np.inf
    assert epochs[0.03] == pytest.approx(epochs[0.1], rel=0.2)
    assert sorted(epochs, key=epochs.get)[:2] in ([0.03, 0.1], [0.1, 0.03])
    low, _, high = cells[500, 0.1]["epochs"]
    assert 2.5 < high / low < 4
    low, _, high = cells[500, 0.03]["epochs"]
    assert high / low < 2
    assert median(cells, "volatility", (500, 0.1)) < 1.2 * median(cells, "volatility", (500, 0.03))
    assert cells[500, 1]["epochs"] == NEVER


def test_larger_batches_take_more_epochs_fewer_updates_and_the_middle_fewest_seconds(cells):
    settings = [(size, 0.01) for size in SIZES]
    epochs, updates = (median(cells, clock, *settings) for clock in ("epochs", "updates"))
    assert cells[1, 0.01]["epochs"] == NEVER
    from_16 = SIZES.index(16)
    assert (np.diff(epochs[from_16:]) > 0).all()
    fewer = dict(zip(SIZES[from_16 + 1 :], np.diff(updates[from_16:]) < 0, strict=True))
    assert [size for size, is_fewer in fewer.items() if not is_fewer] == [450]
    costs = fit_costs.fit_costs(ROOT)
    seconds = updates * costs["update"] + epochs * 500 * costs["sample"]
    assert 0 < seconds.argmin() < len(SIZES) - 1


def test_batch_size_and_learning_rate_together_change_little(cells):
    both = [(1, 0.001), (4, 0.003), (16, 0.01)]
    epochs, volatility = (median(cells, name, *both) for name in ("epochs", "volatility"))
    assert max(epochs) < 1.5 * min(epochs)
    assert max(volatility) < 1.5 * min(volatility)
    assert median(cells, "volatility", (1, 0.003)) > 2 * volatility[0]
    assert cells[1, 0.01]["epochs"] == NEVER
    right = median(cells, "epochs", *((size, 0.001) for size in (1, 4, 8, 16, 32, 64)))
    assert (np.diff(right) > 0).all() and right[-1] > 5 * right[0]


def classes(size, rate, epochs):
    """The class of each training sample after each epoch, as the network of the first seed says."""
    weights = unpacked_weights(content(explorer_data.name(size, rate))["weights"])
    kept = weights[[explorer_data.SNAPSHOTS.index(epoch) for epoch in epochs]]
    first, bias, second, last = np.split(kept, [100, 150, 300], axis=1)
    hidden = blobs().x_train @ first.reshape(-1, 2, 50) + bias[:, None]
    return (np.maximum(hidden, 0) @ second.reshape(-1, 50, 3) + last[:, None]).argmax(-1)


def test_regions_of_small_batches_keep_moving(cells):
    late = range(100, 201, 10)
    labels = blobs().y_train.argmax(1)

    def moved(size, rate):
        seen = classes(size, rate, late)
        changed = (seen[1:] != seen[:-1]).mean()
        accuracy = (seen == labels).mean(1)
        return changed, np.abs(np.diff(accuracy)).mean()

    changed, net = moved(8, 0.01)
    assert changed > 0.03
    assert net < changed / 2
    assert moved(500, 0.03)[0] < 0.01


def test_full_batch_needs_more_epochs_and_fewer_updates_than_32(cells):
    batch = [(500, rate) for rate in RATES]
    epochs = median(cells, "epochs", *batch)
    assert 2.5 < min(epochs) / median(cells, "epochs", (32, 0.01)) < 4
    updates = median(cells, "updates", *batch)
    assert (updates[np.isfinite(updates)] < median(cells, "updates", (32, 0.01))).all()
