"""What an order's body says of protection: levels on their side, distances, and what null means."""

import pytest

from tests.core import builders
from tests.core.builders import D
from tests.gateway.entries import GOOD, LIMIT, STOP, STOP_LIMIT, TOUCHED, at, off, refusal, taken
from tests.gateway.order_bodies import BUY, NOBODY
from tradewind.core.commands import KEEP, Protection

DISTANCES = ("stop_loss_distance", "take_profit_distance", "trailing_stop")


@pytest.mark.parametrize("field", DISTANCES)
@pytest.mark.parametrize("kind", ["market", "limit"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "distance_min"),
        ("0.00000", "distance_min"),
        ("-0.00100", "invalid_decimal"),
        ("0.001005", "price_precision"),
        ("1e-3", "invalid_decimal"),
        ("", "invalid_decimal"),
    ],
)
def test_a_distance_is_positive_and_on_tick(kind: str, field: str, text: str, code: str) -> None:
    assert refusal(GOOD[kind], **{field: text}) == (field, code)


def test_the_smallest_distance_is_a_tick() -> None:
    order = taken(LIMIT, **dict.fromkeys(DISTANCES, "0.00001"))
    assert order.protection == Protection(
        stop_loss=off("0.00001"), take_profit=off("0.00001"), trailing_stop=D("0.00001")
    )


#: Order, its side, and a level each way: the last good one and the first bad one.
SIDES = {
    "limit-buy": (LIMIT, "buy", ("1.09999", "1.10000"), ("1.10001", "1.10000")),
    "limit-sell": (LIMIT, "sell", ("1.10001", "1.10000"), ("1.09999", "1.10000")),
    "stop-buy": (STOP, "buy", ("1.12999", "1.13000"), ("1.13001", "1.13000")),
    "stop-sell": (STOP, "sell", ("1.13001", "1.13000"), ("1.12999", "1.13000")),
    "touched-buy": (TOUCHED, "buy", ("1.09999", "1.10000"), ("1.10001", "1.10000")),
    "touched-sell": (TOUCHED, "sell", ("1.10001", "1.10000"), ("1.09999", "1.10000")),
    "stop-limit-buy": (STOP_LIMIT, "buy", ("1.12999", "1.13000"), ("1.13501", "1.13500")),
    "stop-limit-sell": (STOP_LIMIT, "sell", ("1.13501", "1.13500"), ("1.12999", "1.13000")),
}


@pytest.mark.parametrize(("body", "side", "losses", "profits"), SIDES.values(), ids=SIDES)
def test_protection_stands_on_its_side_of_the_orders_own_prices(
    body: dict[str, object], side: str, losses: tuple[str, str], profits: tuple[str, str]
) -> None:
    good = taken(body, side=side, stop_loss=losses[0], take_profit=profits[0]).protection
    assert good == Protection(stop_loss=at(losses[0]), take_profit=at(profits[0]))
    assert refusal(body, side=side, stop_loss=losses[1]) == ("stop_loss", "wrong_side")
    assert refusal(body, side=side, take_profit=profits[1]) == ("take_profit", "wrong_side")


@pytest.mark.parametrize(("side", "low", "high"), [("buy", "1", "2"), ("sell", "2", "1")])
def test_of_a_market_order_the_two_levels_must_not_cross(side: str, low: str, high: str) -> None:
    assert taken(BUY, side=side, stop_loss=low, take_profit=high).protection is not None
    crossed = {"stop_loss": high, "take_profit": low}
    assert refusal(BUY, side=side, **crossed) == ("take_profit", "wrong_side")
    same = {"stop_loss": low, "take_profit": low}
    assert refusal(BUY, side=side, **same) == ("take_profit", "wrong_side")


@pytest.mark.parametrize("field", ["stop_loss", "take_profit"])
def test_a_level_is_a_price_or_a_distance_not_both(field: str) -> None:
    both = {field: "1.00000", f"{field}_distance": "0.10000"}
    assert refusal(BUY, **both) == (f"{field}_distance", "conflicting")
    order = taken(BUY, **{field: None, f"{field}_distance": "0.10000"})
    protection = order.protection
    assert protection is not None
    assert getattr(protection, field) == off("0.10000")


def test_null_removes_protection_with_a_market_order_and_says_nothing_with_another() -> None:
    nothing = dict.fromkeys(("stop_loss", "take_profit", "trailing_stop"))
    gone = Protection(stop_loss=None, take_profit=None, trailing_stop=None)
    assert taken(BUY, **nothing).protection == gone
    assert taken(BUY, stop_loss=None).protection == Protection(stop_loss=None)
    for kind in GOOD.keys() - {"market"}:
        assert taken(GOOD[kind], **nothing).protection is None
        kept = taken(GOOD[kind], **{**nothing, "trailing_stop": "0.00100"}).protection
        assert kept == Protection(trailing_stop=D("0.001"), stop_loss=KEEP, take_profit=KEEP)
    for kind in GOOD:
        distances = dict.fromkeys(("stop_loss_distance", "take_profit_distance"))
        assert taken(GOOD[kind], **distances).protection is None


ONLY_REDUCE = {"reduce-only": {"reduce_only": True}, "of-a-position": {"position_id": NOBODY}}


@pytest.mark.parametrize("reducing", ONLY_REDUCE.values(), ids=ONLY_REDUCE)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stop_loss", "1.00000"),
        ("stop_loss", None),
        ("take_profit", "2.00000"),
        ("take_profit", None),
        ("trailing_stop", "0.00100"),
        ("trailing_stop", None),
        ("stop_loss_distance", "0.00100"),
        ("take_profit_distance", "0.00100"),
        ("guaranteed_stop", True),
    ],
)
@pytest.mark.parametrize("kind", ["market", "limit", "stop"])
def test_what_only_reduces_has_no_protection(
    kind: str, field: str, value: object, reducing: dict[str, object]
) -> None:
    assert refusal(GOOD[kind], **reducing, **{field: value}) == (field, "unsupported")
    assert taken(GOOD[kind], **reducing).protection is None


def test_a_guaranteed_stop_needs_a_stop_and_a_symbol_that_offers_it() -> None:
    offered = builders.instrument(guaranteed_stop_premium_points=D(0))
    unavailable = ("guaranteed_stop", "guaranteed_stop_unavailable")
    for level in ({"stop_loss": "1.00000"}, {"stop_loss_distance": "0.01000"}):
        for kind in GOOD:
            guaranteed = taken(GOOD[kind], offered, guaranteed_stop=True, **level).protection
            assert guaranteed is not None
            assert guaranteed.guaranteed
            assert refusal(GOOD[kind], guaranteed_stop=True, **level) == unavailable
    missing: dict[str, object]
    for missing in ({"label": "x"}, {"stop_loss": None}, {"trailing_stop": "0.01000"}):
        answer = refusal(LIMIT, offered, guaranteed_stop=True, **missing)
        assert answer == ("guaranteed_stop", "invalid")
