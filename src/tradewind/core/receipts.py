"""Why a fill is what it is, in plain words.

Source: docs/domain/execution.md#receipts
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, assert_never

from tradewind.core.accounts import Book, ExecutionMode, Side
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import OrderType, Reason
from tradewind.core.values import frozen


class Way(StrEnum):
    """How a fill came by its price."""

    MARKET = "market"
    INSTANT = "instant"
    LIMIT = "limit"
    STOP = "stop"
    TOUCHED = "touched"
    GUARANTEED = "guaranteed"
    CLOSE_BY = "close_by"
    CORRECTED = "corrected"
    UNDONE = "undone"


@frozen
class Dealt:
    """What a fill and its order say. `displayed` is what slippage is measured against.

    `level` is the trigger price of an order that waited for one. Markup and slippage are price
    units, slippage positive for the client; the commission is in `currency`.
    """

    side: Side
    type: OrderType
    reason: Reason
    mode: ExecutionMode
    quantity: Quantity
    price: Price
    displayed: Price
    requested: Price | None
    level: Price | None
    bbo_bid: Price
    bbo_ask: Price
    markup: Decimal
    slippage: Decimal
    commission: Decimal
    currency: str
    capacity: str
    guaranteed: bool = False
    triggered_at: datetime | None = None
    trigger_quote: str | None = None
    is_correction: bool = False

    @property
    def shown(self) -> Price:
        """The price of the group on the side that was taken: the BBO moved by the markup."""
        if self.side is Side.BUY:
            return Price(self.bbo_ask + self.markup)
        return Price(self.bbo_bid - self.markup)


#: What the client did not ask for at that moment, and why it was done.
_CAUSES: Final = {
    Reason.STOP_OUT: "The margin level fell to the stop-out level, so this was closed for you.",
    Reason.ROLL: "The contract expired, so this was rolled into the next one.",
    Reason.CORPORATE_ACTION: "A corporate action of the instrument made this trade.",
    Reason.BUST: "A trade of yours was undone by this one; it stays in your history.",
    Reason.DEALER: "A dealer of the house made this trade.",
    Reason.COPY: "This copies a trade of somebody you follow.",
}
_STOP_NAMES: Final = {Reason.STOP_LOSS: "stop loss", Reason.TRAILING: "trailing stop"}
_CAPACITIES: Final = {
    "principal": "The house dealt with you as principal.",
    "riskless": "The house dealt with you as principal and with a liquidity provider at once.",
    "crossed": "Your order met that of another client.",
}
#: Where the price is not made of the market's, nothing of it is markup or slippage.
_OFF_MARKET: Final = frozenset({Way.CLOSE_BY, Way.CORRECTED, Way.UNDONE})


def way(dealt: Dealt) -> Way:
    """Tell how a fill came by its price."""
    if dealt.reason is Reason.BUST:
        return Way.UNDONE
    if dealt.is_correction:
        return Way.CORRECTED
    # A live BBO has a spread: only positions that close each other have one price for both.
    if dealt.bbo_bid == dealt.bbo_ask:
        return Way.CLOSE_BY
    if dealt.guaranteed and dealt.reason in _STOP_NAMES and dealt.price == dealt.level:
        return Way.GUARANTEED
    match dealt.type:
        case OrderType.MARKET:
            is_named = dealt.mode is ExecutionMode.INSTANT and dealt.price == dealt.requested
            return Way.INSTANT if is_named else Way.MARKET
        case OrderType.LIMIT | OrderType.STOP_LIMIT:
            return Way.LIMIT
        case OrderType.STOP:
            return Way.STOP
        case OrderType.MARKET_IF_TOUCHED:
            return Way.TOUCHED
        case _:
            assert_never(dealt.type)


def explain(dealt: Dealt) -> tuple[str, ...]:
    """Say in plain words, a sentence or two a line, why a fill is what it is."""
    by = way(dealt)
    lines = [_cause(dealt), _trigger(dealt), f"{_headline(dealt, by)}: {_price(dealt, by)}"]
    if by not in _OFF_MARKET:
        lines += [_slippage(dealt), _markup(dealt, by), _commission(dealt)]
        lines.append(_CAPACITIES.get(dealt.capacity))
    return tuple(line for line in lines if line is not None)


def route_reason(book: Book, mode: ExecutionMode, group: str, version: int) -> str:
    """Say why an order took the way it took."""
    return f"Version {version} of the terms of group {group}: book {book}, {mode} execution."


def _cause(dealt: Dealt) -> str | None:
    if dealt.is_correction and dealt.reason is not Reason.BUST:
        return "A trade of yours was corrected; the old one stays in your history."
    return _CAUSES.get(dealt.reason)


def _trigger(dealt: Dealt) -> str | None:
    if dealt.triggered_at is None or dealt.level is None:
        return None
    at = dealt.triggered_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    by = f"by quote {dealt.trigger_quote}"
    return f"Your {_name(dealt)} at {dealt.level} was triggered at {at} {by}."


def _headline(dealt: Dealt, by: Way) -> str:
    if by is Way.CLOSE_BY:
        return f"Closed {dealt.quantity:f} at {dealt.price} by an opposite position"
    done = "Bought" if dealt.side is Side.BUY else "Sold"
    return f"{done} {dealt.quantity:f} at {dealt.price}"


def _price(dealt: Dealt, by: Way) -> str:
    """Say where the price comes from."""
    match by:
        case Way.MARKET | Way.TOUCHED:
            return _of_group(dealt)
        case Way.INSTANT if dealt.price == dealt.shown:
            return f"the price you were shown, still the {_side(dealt)} of your group."
        case Way.INSTANT:
            moved = f"the {_side(dealt)} of your group was {dealt.shown} by then."
            return f"the price you were shown, which was honoured; {moved}"
        case Way.LIMIT:
            return _at_limit(dealt)
        case Way.STOP:
            return _after_stop(dealt)
        case Way.GUARANTEED:
            level = f"the guaranteed level of your {_name(dealt)}"
            return f"{level}; the {_side(dealt)} of your group was {dealt.shown} by then."
        case Way.CLOSE_BY:
            return "nothing was bought or sold, so there is no spread, markup or commission."
        case Way.CORRECTED:
            return "the price it should have had."
        case Way.UNDONE:
            return "the price of the trade that is undone."
        case _:
            assert_never(by)


def _of_group(dealt: Dealt) -> str:
    if dealt.price == dealt.shown:
        return f"the {_side(dealt)} of your group at that moment."
    return f"deeper in the book; the best {_side(dealt)} of your group was {dealt.shown}."


def _at_limit(dealt: Dealt) -> str:
    name = "take profit" if dealt.reason is Reason.TAKE_PROFIT else "limit"
    if dealt.slippage == ZERO:
        return f"your {name}, which the {_side(dealt)} of your group had reached."
    return f"better than your {name} of {dealt.displayed}, because the market was better."


def _after_stop(dealt: Dealt) -> str:
    said = _of_group(dealt)
    if dealt.slippage < ZERO:
        return f"{said} The market had gone past {dealt.displayed} without stopping there (gap)."
    return said


def _slippage(dealt: Dealt) -> str:
    if dealt.slippage == ZERO:
        return "No slippage."
    word = "better" if dealt.slippage > ZERO else "worse"
    return f"Slippage: {abs(dealt.slippage):f} {word} than {_measure(dealt)}, {dealt.displayed}."


def _measure(dealt: Dealt) -> str:
    """Name the price that slippage is measured against."""
    if dealt.requested is not None:
        return "the price you named"
    match dealt.type:
        case OrderType.MARKET:
            return "the price shown to you"
        case OrderType.LIMIT | OrderType.STOP_LIMIT:
            return "your take profit" if dealt.reason is Reason.TAKE_PROFIT else "your limit"
        case OrderType.STOP | OrderType.MARKET_IF_TOUCHED:
            return f"the level of your {_name(dealt)}"
        case _:
            assert_never(dealt.type)


def _markup(dealt: Dealt, by: Way) -> str:
    if by is Way.GUARANTEED:
        return "The premium for the guarantee is an entry of your ledger."
    if dealt.markup == ZERO:
        return "There is no markup."
    return f"The {_side(dealt)} of your group includes a markup of {dealt.markup:f}."


def _commission(dealt: Dealt) -> str:
    if dealt.commission == ZERO:
        return "No commission."
    return f"Commission: {dealt.commission:f} {dealt.currency}."


def _side(dealt: Dealt) -> str:
    return "ask" if dealt.side is Side.BUY else "bid"


def _name(dealt: Dealt) -> str:
    """What the client calls an order that waits for a trigger."""
    return _STOP_NAMES.get(dealt.reason, dealt.type.replace("_", "-"))
