"""Changes of what there is: what the body names changes, what it does not name stays."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from tests.core import builders
from tests.core.builders import D
from tests.gateway.entries import ENTRY, at, off
from tests.gateway.order_bodies import NOBODY
from tradewind.core.commands import KEEP, Amendment, AmendOrder, Protection
from tradewind.core.errors import InvalidError
from tradewind.core.ids import OrderId, PositionId
from tradewind.gateway.amend_entry import (
    amend_order,
    cancel_all,
    close_all,
    close_by,
    protect_position,
)
from tradewind.gateway.order_bodies import (
    AmendBody,
    CloseAllBody,
    CloseByBody,
    ProtectBody,
    ReverseBody,
    read_body,
)

ORDER = OrderId(UUID(int=7))
POSITION = PositionId(UUID(int=8))
SYMBOLS = {builders.EURUSD: builders.instrument()}


def amended(**fields: object) -> AmendOrder:
    return amend_order(read_body({"version": 3, **fields}, AmendBody), ENTRY, ORDER)


def protected(**fields: object) -> Protection:
    return protect_position(read_body(fields, ProtectBody), ENTRY, POSITION).protection


def refusal(read: object, fields: Mapping[str, object]) -> tuple[str, str]:
    assert callable(read)
    with pytest.raises(InvalidError) as refused:
        read(**fields)
    return refused.value.field, refused.value.code


def test_an_amendment_carries_exactly_what_the_body_names() -> None:
    prices = {"limit_price": "1.1", "stop_price": "-1.2", "worst_price": "1.3"}
    command = amended(**prices, quantity="2000", expires_at="2027-01-01T00:00:00+01:00")
    assert (command.order_id, command.version) == (ORDER, 3)
    assert command.amendment.quantity == D(2000)
    assert command.amendment.limit_price == D("1.1")
    assert command.amendment.stop_price == D("-1.2")
    assert command.amendment.worst_price == D("1.3")
    assert str(command.amendment.expires_at) == "2026-12-31 23:00:00+00:00"
    assert command.amendment.protection is None
    assert amended(quantity="1").amendment == Amendment(quantity=builders.Quantity(D(1)))


def test_null_takes_away_what_an_order_can_be_without() -> None:
    assert amended(worst_price=None).amendment == Amendment(worst_price=None)
    gone = amended(stop_loss=None, take_profit=None, trailing_stop=None).amendment
    expected = Protection(stop_loss=None, take_profit=None, trailing_stop=None)
    assert gone == Amendment(protection=expected)


@pytest.mark.parametrize("field", ["quantity", "limit_price", "stop_price", "expires_at"])
def test_null_takes_nothing_away_that_an_order_needs(field: str) -> None:
    assert refusal(amended, {field: None}) == (field, "invalid_type")


def test_a_new_distance_is_that_of_the_trailing_stop_itself_or_of_the_one_to_come() -> None:
    change = amended(trailing_stop="0.00150").amendment
    assert change.trailing_distance == D("0.0015")
    assert change.protection == Protection(trailing_stop=D("0.0015"))


#: Fields beside a good version, and what is wrong with which of them.
WRONG: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "nothing": ({}, ("body", "nothing_to_change")),
    "distances-as-null": (
        {"stop_loss_distance": None, "take_profit_distance": None},
        ("body", "nothing_to_change"),
    ),
    "version-text": ({"version": "3", "quantity": "1"}, ("version", "invalid_type")),
    "version-true": ({"version": True, "quantity": "1"}, ("version", "invalid_type")),
    "version-null": ({"version": None, "quantity": "1"}, ("version", "invalid_type")),
    "version-fraction": ({"version": 3.5, "quantity": "1"}, ("version", "invalid_type")),
    "quantity-zero": ({"quantity": "0"}, ("quantity", "quantity_min")),
    "quantity-negative": ({"quantity": "-1"}, ("quantity", "invalid_decimal")),
    "quantity-number": ({"quantity": 1000}, ("quantity", "invalid_type")),
    "limit-exponent": ({"limit_price": "1e0"}, ("limit_price", "invalid_decimal")),
    "stop-nan": ({"stop_price": "NaN"}, ("stop_price", "invalid_decimal")),
    "worst-empty": ({"worst_price": ""}, ("worst_price", "invalid_decimal")),
    "expired": ({"expires_at": "2026-03-02T12:00:00Z"}, ("expires_at", "expires_at_past")),
    "naive": ({"expires_at": "2027-03-02T12:00:00"}, ("expires_at", "invalid_time")),
    "trailing-zero": ({"trailing_stop": "0"}, ("trailing_stop", "distance_min")),
    "distance-negative": (
        {"stop_loss_distance": "-1"},
        ("stop_loss_distance", "invalid_decimal"),
    ),
    "level-twice": (
        {"take_profit": "1", "take_profit_distance": "1"},
        ("take_profit_distance", "conflicting"),
    ),
    "guaranteed": ({"guaranteed_stop": True}, ("guaranteed_stop", "unknown_field")),
    "side": ({"side": "sell"}, ("side", "unknown_field")),
    "symbol": ({"symbol": "EURUSD"}, ("symbol", "unknown_field")),
    "state": ({"state": "filled"}, ("state", "unknown_field")),
    "time-in-force": ({"time_in_force": "gtc"}, ("time_in_force", "unknown_field")),
}


@pytest.mark.parametrize(("fields", "refused"), WRONG.values(), ids=WRONG)
def test_a_change_that_is_none_or_cannot_be_is_refused(
    fields: dict[str, object], refused: tuple[str, str]
) -> None:
    assert refusal(amended, fields) == refused


def test_a_change_names_the_version_it_was_made_for() -> None:
    with pytest.raises(InvalidError) as refused:
        read_body({"quantity": "1000"}, AmendBody)
    assert (refused.value.field, refused.value.code) == ("version", "required")


def test_a_position_gets_keeps_and_loses_protection() -> None:
    assert protected(stop_loss="1.10000") == Protection(stop_loss=at("1.10000"))
    assert protected(take_profit_distance="0.01") == Protection(take_profit=off("0.01"))
    assert protected(trailing_stop=None, stop_loss=None) == Protection(
        stop_loss=None, trailing_stop=None, take_profit=KEEP
    )
    guaranteed = protected(stop_loss="1.1", guaranteed_stop=True)
    assert guaranteed == Protection(stop_loss=at("1.1"), guaranteed=True)


WRONG_PROTECTION: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "nothing": ({}, ("body", "nothing_to_change")),
    "not-guaranteed": ({"guaranteed_stop": False}, ("body", "nothing_to_change")),
    "guaranteed-nothing": ({"guaranteed_stop": True}, ("guaranteed_stop", "invalid")),
    "guaranteed-null": ({"guaranteed_stop": None}, ("guaranteed_stop", "invalid_type")),
    "level-twice": (
        {"stop_loss": "1", "stop_loss_distance": "1"},
        ("stop_loss_distance", "conflicting"),
    ),
    "trailing-zero": ({"trailing_stop": "0.0"}, ("trailing_stop", "distance_min")),
    "number": ({"stop_loss": 1.1}, ("stop_loss", "invalid_type")),
    "version": ({"version": 1}, ("version", "unknown_field")),
    "quantity": ({"quantity": "1"}, ("quantity", "unknown_field")),
}


@pytest.mark.parametrize(("fields", "refused"), WRONG_PROTECTION.values(), ids=WRONG_PROTECTION)
def test_protection_that_is_none_or_cannot_be_is_refused(
    fields: dict[str, object], refused: tuple[str, str]
) -> None:
    assert refusal(protected, fields) == refused


def closed_by(**fields: object) -> object:
    return close_by(read_body(fields, CloseByBody), ENTRY, POSITION)


def test_a_position_closes_by_another_one() -> None:
    command = close_by(
        read_body({"opposite_position_id": NOBODY, "quantity": "1000"}, CloseByBody),
        ENTRY,
        POSITION,
    )
    assert (command.position_id, str(command.opposite_id)) == (POSITION, NOBODY)
    assert command.quantity == D(1000)
    itself: dict[str, object] = {"opposite_position_id": str(POSITION)}
    assert refusal(closed_by, itself) == ("opposite_position_id", "invalid")
    assert refusal(closed_by, {}) == ("opposite_position_id", "required")
    zero: dict[str, object] = {"opposite_position_id": NOBODY, "quantity": "0"}
    assert refusal(closed_by, zero) == ("quantity", "quantity_min")


def test_everything_means_one_symbol_or_all() -> None:
    for symbol in (None, builders.EURUSD):
        assert close_all(CloseAllBody(symbol=symbol), ENTRY, SYMBOLS).symbol == symbol
        assert cancel_all(symbol, ENTRY, SYMBOLS).symbol == symbol
    for unknown in ("", "EURXXX", "eurusd", "*"):
        with pytest.raises(InvalidError, match="unknown_symbol"):
            close_all(CloseAllBody(symbol=unknown), ENTRY, SYMBOLS)
        with pytest.raises(InvalidError, match="unknown_symbol"):
            cancel_all(unknown, ENTRY, SYMBOLS)


def test_a_reversal_has_nothing_to_say() -> None:
    with pytest.raises(InvalidError, match="unknown_field"):
        read_body({"quantity": "1000"}, ReverseBody)
