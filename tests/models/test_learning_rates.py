"""Learning rates to begin with hold the usual ones of each optimizer, not at an end."""

import keras
import pytest

from helpers.models.learning_rates import suitable_learning_rates


@pytest.mark.parametrize(
    ("optimizer", "usual"),
    [
        (keras.optimizers.SGD(momentum=0.9), 0.01),
        (keras.optimizers.SGD(momentum=0.9, nesterov=True), 0.01),
        (keras.optimizers.SGD(), 0.1),
        (keras.optimizers.Adam(), 0.001),
        (keras.optimizers.AdamW(), 0.001),
        (keras.optimizers.RMSprop(), 0.001),
    ],
)
def test_the_usual_rate_lies_inside(optimizer, usual):
    rates = suitable_learning_rates(optimizer)
    assert len(rates) == 4 and usual in rates[1:-1]
    assert [late / early for early, late in zip(rates, rates[1:], strict=False)] == [
        pytest.approx(10)
    ] * 3
