"""Distances are kept in points and compared in price."""

from decimal import Decimal

import pytest

from tests.core.builders import instrument
from tradewind.core.orders import TimeInForce

D = Decimal


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        (5, ("0.00020", "0.000105", "0.00005", "0.00050")),
        (3, ("0.020", "0.0105", "0.005", "0.050")),
        (0, ("20", "10.5", "5", "50")),
    ],
)
def test_a_point_is_the_last_digit_of_the_price(
    precision: int, expected: tuple[str, str, str, str]
) -> None:
    made = instrument(
        price_precision=precision,
        stop_distance_points=D(20),
        freeze_distance_points=D("10.5"),
        guaranteed_stop_premium_points=D(5),
        guaranteed_stop_distance_points=D(50),
    )
    distances = (
        made.stop_distance,
        made.freeze_distance,
        made.guaranteed_stop_premium,
        made.guaranteed_stop_distance,
    )
    assert distances == tuple(map(D, expected))


def test_an_instrument_that_says_nothing_binds_nothing() -> None:
    made = instrument()
    assert made.time_in_force == frozenset(TimeInForce)
    assert (made.stop_distance, made.freeze_distance, made.price_collar) == (0, 0, None)
    assert (made.guaranteed_stop_premium, made.guaranteed_stop_distance) == (None, 0)
