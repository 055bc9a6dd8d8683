"""What an order's body says goes into the command, whole; what does not go together is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.core import builders
from tests.core.builders import D
from tests.gateway.entries import (
    GOOD,
    LIMIT,
    NOW,
    STOP,
    at,
    refusal,
    taken,
)
from tests.gateway.order_bodies import ABSENT, BUY, NOBODY
from tradewind.core.commands import Protection
from tradewind.core.orders import OrderType, TimeInForce, TriggerSide

LATER = "2026-03-02T12:00:00.000001Z"
every_type = pytest.mark.parametrize("kind", GOOD)


@every_type
def test_an_order_of_each_type_is_taken_with_its_own_prices(kind: str) -> None:
    order = taken(GOOD[kind])
    named = {field: GOOD[kind].get(field) for field in ("limit_price", "stop_price")}
    found = {"limit_price": order.limit_price, "stop_price": order.stop_price}
    assert order.type is OrderType(kind)
    assert found == {field: text and D(str(text)) for field, text in named.items()}
    assert (order.protection, order.trigger_side) == (None, TriggerSide.DEFAULT)
    assert (order.linked_id, order.parent_id, order.expires_at) == (None, None, None)


#: Times in force of each type; the first is meant when none is said.
LIVES = {
    "market": ("fok", "ioc", "gtc"),
    "limit": ("gtc", "day", "gtd", "ioc", "fok"),
    "stop": ("gtc", "day", "gtd"),
    "stop_limit": ("gtc", "day", "gtd"),
    "market_if_touched": ("gtc", "day", "gtd"),
}


@every_type
@pytest.mark.parametrize("life", [*TimeInForce, "GTC", "", "forever"])
def test_a_type_has_its_times_in_force_and_no_others(kind: str, life: str) -> None:
    expires_at = LATER if life == "gtd" else ABSENT
    changes = {"time_in_force": life, "expires_at": expires_at}
    if life in LIVES[kind]:
        assert taken(GOOD[kind], **changes).time_in_force is TimeInForce(life)
    else:
        assert refusal(GOOD[kind], **changes) == ("time_in_force", "invalid")


@every_type
def test_without_a_time_in_force_a_type_has_its_usual_one(kind: str) -> None:
    for said in (ABSENT, None):
        assert taken(GOOD[kind], time_in_force=said).time_in_force == LIVES[kind][0]


@every_type
def test_a_time_in_force_that_the_symbol_does_not_take_is_refused(kind: str) -> None:
    for life in LIVES[kind]:
        others = builders.instrument(time_in_force=frozenset(TimeInForce) - {TimeInForce(life)})
        changes = {"time_in_force": life, "expires_at": LATER if life == "gtd" else ABSENT}
        assert refusal(GOOD[kind], others, **changes) == ("time_in_force", "not_allowed")
        alone = builders.instrument(time_in_force=frozenset({TimeInForce(life)}))
        assert taken(GOOD[kind], alone, **changes).time_in_force == life


#: Type, a field it does not have, and a value that would be a good one elsewhere.
UNSUPPORTED = [
    ("market", "limit_price", "1.10000"),
    ("market", "stop_price", "1.10000"),
    ("market", "trigger_side", "mid"),
    ("market", "expires_at", LATER),
    ("limit", "stop_price", "1.10000"),
    ("limit", "worst_price", "1.10000"),
    ("limit", "trigger_side", "mid"),
    ("limit", "requested_price", "1.10000"),
    ("limit", "max_deviation", "0.00010"),
    ("limit", "expires_at", LATER),
    ("stop", "limit_price", "1.10000"),
    ("stop", "requested_price", "1.10000"),
    ("stop", "max_deviation", "0.00010"),
    ("stop_limit", "worst_price", "1.10000"),
    ("stop_limit", "requested_price", "1.10000"),
    ("stop_limit", "max_deviation", "0.00010"),
    ("stop_limit", "position_id", NOBODY),
    ("market_if_touched", "limit_price", "1.10000"),
    ("market_if_touched", "requested_price", "1.10000"),
    ("market_if_touched", "max_deviation", "0.00010"),
]


@pytest.mark.parametrize(("kind", "field", "value"), UNSUPPORTED)
def test_a_field_that_a_type_does_not_have_is_refused(kind: str, field: str, value: str) -> None:
    assert refusal(GOOD[kind], **{field: value}) == (field, "unsupported")
    assert taken(GOOD[kind], **{field: None}) == taken(GOOD[kind])


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("limit", "limit_price"),
        ("stop", "stop_price"),
        ("stop_limit", "stop_price"),
        ("stop_limit", "limit_price"),
        ("market_if_touched", "stop_price"),
    ],
)
def test_a_type_needs_its_own_prices(kind: str, field: str) -> None:
    for nothing in (ABSENT, None):
        assert refusal(GOOD[kind], **{field: nothing}) == (field, "required")


@pytest.mark.parametrize("kind", ["", "LIMIT", "trailing_stop", "market ", "oco"])
def test_a_type_that_there_is_not_is_refused(kind: str) -> None:
    assert refusal(LIMIT, type=kind) == ("type", "unsupported")


PRICES = {"limit_price": LIMIT, "stop_price": STOP, "stop_loss": LIMIT, "take_profit": STOP}
WRONG_PRICES = {
    "0": "price_sign",
    "-1.10000": "price_sign",
    "1.100005": "price_precision",
    "1e0": "invalid_decimal",
    "NaN": "invalid_decimal",
    "": "invalid_decimal",
}


@pytest.mark.parametrize("field", PRICES)
@pytest.mark.parametrize(("text", "code"), WRONG_PRICES.items())
def test_a_price_keeps_the_rules_of_its_symbol(field: str, text: str, code: str) -> None:
    assert refusal(PRICES[field], **{field: text}) == (field, code)


def test_where_prices_go_below_zero_a_resting_order_may_too() -> None:
    oil = builders.instrument(allow_negative=True)
    order = taken(LIMIT, oil, limit_price="-37.63000", stop_loss="-40.00000")
    assert order.limit_price == D("-37.63")
    assert order.protection == Protection(stop_loss=at("-40.00000"))


@pytest.mark.parametrize("side", list(TriggerSide))
def test_an_order_with_a_trigger_may_say_which_price_wakes_it(side: TriggerSide) -> None:
    for kind in GOOD.keys() - {"market", "limit"}:
        assert taken(GOOD[kind], trigger_side=side.value).trigger_side is side


@pytest.mark.parametrize("side", ["", "MID", "last", "both"])
def test_a_trigger_side_that_there_is_not_is_refused(side: str) -> None:
    assert refusal(STOP, trigger_side=side) == ("trigger_side", "invalid")


@every_type
def test_an_order_follows_one_other_or_is_linked_with_one(kind: str) -> None:
    linked = taken(GOOD[kind], linked_order_id=NOBODY)
    followed = taken(GOOD[kind], parent_order_id=NOBODY)
    assert (str(linked.linked_id), linked.parent_id) == (NOBODY, None)
    assert (followed.linked_id, str(followed.parent_id)) == (None, NOBODY)
    both = {"linked_order_id": NOBODY, "parent_order_id": NOBODY}
    assert refusal(GOOD[kind], **both) == ("parent_order_id", "conflicting")


#: A time, and the moment it is; None where it is none.
TIMES = {
    "O14-a-microsecond-ahead": (LATER, NOW + timedelta(microseconds=1)),
    "O14-offset": ("2026-03-02T14:00:01+02:00", NOW + timedelta(seconds=1)),
    "O14-year-9999": ("9999-12-31T23:59:59.999999Z", datetime.max.replace(tzinfo=UTC)),
    "O14-leap-day": ("2096-02-29T00:00:00Z", datetime(2096, 2, 29, tzinfo=UTC)),
    "O14-last-year-too-far": ("9999-12-31T23:59:59.999999-00:01", None),
    "O14-naive": ("2099-01-01T00:00:00", None),
    "O14-date": ("2099-01-01", None),
    "O14-24:00": ("2099-01-01T24:00:00Z", None),
    "O14-leap-second": ("2099-06-30T23:59:60Z", None),
    "O14-year-10000": ("10000-01-01T00:00:00Z", None),
    "O14-year-0": ("0000-01-01T00:00:00Z", None),
    "O14-february-29": ("2099-02-29T00:00:00Z", None),
    "O14-february-30": ("2096-02-30T00:00:00Z", None),
    "O14-hour-that-summer-time-skips": ("2099-03-29T02:30:00[Europe/Berlin]", None),
    "O14-wrong-offset": ("2099-01-01T00:00:00+25:00", None),
    "O14-nanoseconds": ("2099-01-01T00:00:00.000000001Z", None),
    "O14-epoch-as-text": ("4070908800", None),
    "O14-space": ("2099-01-01 00:00:00Z", None),
    "O14-small-z": ("2099-01-01t00:00:00z", None),
    "O14-other-digits": ("\u0662\u0660\u0669\u0669-01-01T00:00:00Z", None),
    "O14-empty": ("", None),
}


@pytest.mark.parametrize(("text", "moment"), TIMES.values(), ids=TIMES)
def test_an_order_ends_at_a_moment_that_is_spelt_in_one_way(
    text: str, moment: datetime | None
) -> None:
    if moment is None:
        answer = refusal(LIMIT, time_in_force="gtd", expires_at=text)
        assert answer == ("expires_at", "invalid_time")
    else:
        assert taken(LIMIT, time_in_force="gtd", expires_at=text).expires_at == moment


@pytest.mark.parametrize(
    "text",
    ["2026-03-02T12:00:00Z", "2026-03-02T13:59:59.999999+02:00", "2001-01-01T00:00:00Z"],
    ids=["O14-now", "O14-a-moment-ago-elsewhere", "O14-past"],
)
def test_an_order_that_ends_now_or_before_is_refused(text: str) -> None:
    answer = refusal(LIMIT, time_in_force="gtd", expires_at=text)
    assert answer == ("expires_at", "expires_at_past")


@pytest.mark.parametrize("kind", sorted(GOOD.keys() - {"market"}))
def test_an_order_has_an_end_exactly_when_it_is_good_till_date(kind: str) -> None:
    assert refusal(GOOD[kind], time_in_force="gtd") == ("expires_at", "required")
    assert refusal(GOOD[kind], time_in_force="gtd", expires_at=None) == ("expires_at", "required")
    for life in (ABSENT, "day", "gtc"):
        answer = refusal(GOOD[kind], time_in_force=life, expires_at=LATER)
        assert answer == ("expires_at", "unsupported")


def test_a_plain_market_order_is_the_same_on_its_short_way_and_on_the_long_one() -> None:
    assert taken(BUY) == taken(BUY, stop_price=None, expires_at=None, guaranteed_stop=False)
    with_stop = taken(BUY, stop_loss="1.00000")
    assert with_stop.protection == Protection(stop_loss=at("1"))
    assert taken(BUY, stop_loss_distance=None) == taken(BUY)
