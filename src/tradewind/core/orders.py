"""Orders: what is asked, where it stands, and the only moves it may make.

Source: docs/domain/orders.md
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tradewind.core.values import frozen


class OrderState(StrEnum):
    """Where an order stands."""

    NEW = "new"
    PENDING = "pending"
    ACCEPTED = "accepted"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


S = OrderState

#: The whole order lifecycle. A pair that is not listed is illegal.
LIFECYCLE: Final[Mapping[OrderState, frozenset[OrderState]]] = MappingProxyType(
    {
        S.NEW: frozenset({S.PENDING, S.REJECTED}),
        S.PENDING: frozenset({S.ACCEPTED, S.REJECTED}),
        S.ACCEPTED: frozenset({S.WORKING, S.CANCELLED, S.REJECTED}),
        S.WORKING: frozenset({S.PARTIALLY_FILLED, S.FILLED, S.CANCELLED, S.REJECTED}),
        S.PARTIALLY_FILLED: frozenset({S.PARTIALLY_FILLED, S.FILLED, S.CANCELLED}),
        S.FILLED: frozenset(),
        S.CANCELLED: frozenset(),
        S.REJECTED: frozenset(),
    }
)

FINAL: Final = frozenset(state for state, moves in LIFECYCLE.items() if not moves)


class IllegalTransitionError(AssertionError):
    """Code asked for a move that the lifecycle does not have."""


def moved(old: OrderState, new: OrderState) -> OrderState:
    """Return `new`; raise when the lifecycle has no such move."""
    if new not in LIFECYCLE[old]:
        raise IllegalTransitionError(f"{old} -> {new}")
    return new


class OrderType(StrEnum):
    """How an order finds its price."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    MARKET_IF_TOUCHED = "market_if_touched"


class TimeInForce(StrEnum):
    """How long an order lives."""

    GTC = "gtc"
    DAY = "day"
    GTD = "gtd"
    IOC = "ioc"
    FOK = "fok"


class TriggerSide(StrEnum):
    """Which price wakes a resting order; by default the one its side trades on."""

    DEFAULT = "default"
    BID = "bid"
    ASK = "ask"
    MID = "mid"
    INVERSE = "inverse"


class Channel(StrEnum):
    """Where a command came in."""

    WEB = "web"
    MOBILE = "mobile"
    DESKTOP = "desktop"
    API = "api"
    FIX = "fix"
    DEALER = "dealer"
    SYSTEM = "system"


class Reason(StrEnum):
    """On whose account an order exists."""

    CLIENT = "client"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    TRAILING = "trailing"
    STOP_OUT = "stop_out"
    ROLL = "roll"
    CORPORATE_ACTION = "corporate_action"
    DEALER = "dealer"
    BUST = "bust"
    COPY = "copy"


class RejectReason(StrEnum):
    """Why an order was rejected; the codes are stable."""

    #: the account is not open for trading yet
    ACCOUNT_PENDING = "account_pending"
    #: the account may only close positions
    ACCOUNT_CLOSE_ONLY = "account_close_only"
    #: the account is suspended
    ACCOUNT_SUSPENDED = "account_suspended"
    #: the account is closed
    ACCOUNT_CLOSED = "account_closed"
    #: opening is stopped: for everybody, the group, the account or the symbol
    KILL_SWITCH = "kill_switch"
    #: the symbol is not traded at all
    TRADING_DISABLED = "trading_disabled"
    #: positions of the symbol may only be closed
    CLOSE_ONLY = "close_only"
    #: the symbol may not be sold short
    LONG_ONLY = "long_only"
    #: the symbol may not be bought
    SHORT_ONLY = "short_only"
    #: the symbol is out of session
    MARKET_CLOSED = "market_closed"
    #: there is no current tradable price
    NO_PRICE = "no_price"
    #: the price has moved against the client by more than `max_deviation`
    REQUOTE = "requote"
    #: there is no position that the order could reduce
    NOTHING_TO_REDUCE = "nothing_to_reduce"
    #: it would close more than the position has
    QUANTITY_EXCEEDS_POSITION = "quantity_exceeds_position"
    #: a rate into the account's currency is missing or too old
    CONVERSION_UNAVAILABLE = "conversion_unavailable"
    #: free margin would be negative after it
    INSUFFICIENT_MARGIN = "insufficient_margin"
    #: there is no route that executes it
    EXECUTION_UNAVAILABLE = "execution_unavailable"
    #: the group's orders a second are used up
    ORDER_RATE = "order_rate"
    #: the group's number of open orders is reached
    OPEN_ORDERS_MAX = "open_orders_max"
    #: a price is on the wrong side of the market, or too near to it
    STOP_DISTANCE = "stop_distance"
    #: a price is too far from the market to be meant
    PRICE_COLLAR = "price_collar"
    #: the group closes the oldest position first
    FIFO = "fifo"
    #: the order it is linked to is not open, or has its pair
    LINK_UNAVAILABLE = "link_unavailable"
    #: the symbol has no session in which a day order could live
    MARKET_NEVER_OPEN = "market_never_open"
    #: it failed on our side; nothing was changed
    INTERNAL_ERROR = "internal_error"


class Fact(StrEnum):
    """What happens to an order without changing its state; an event of the log like a state."""

    AMENDED = "amended"
    TRIGGERED = "triggered"
    BUSTED = "busted"
    CORRECTED = "corrected"


class EndReason(StrEnum):
    """Why an order that had been accepted ended without being filled whole."""

    #: its time was over
    EXPIRED = "expired"
    #: the margin did not suffice when it was triggered
    INSUFFICIENT_MARGIN = "insufficient_margin"
    #: there was not enough to trade with
    NO_LIQUIDITY = "no_liquidity"
    #: the rest would have been worse than its worst price or limit
    WORST_PRICE = "worst_price"
    #: the LP left it unfilled
    LP_UNFILLED = "lp_unfilled"
    #: the LP rejected it
    LP_REJECTED = "lp_rejected"
    #: the account was stopped out
    STOP_OUT = "stop_out"
    #: the position it protected closed, or the order it was tied to was done
    LINKED = "linked"
    #: the client cancelled it
    CLIENT = "client"
    #: the house cancelled it
    DEALER = "dealer"


@frozen
class Refused:
    """A refusal is a value: recorded on the order and shown to its owner."""

    reason: RejectReason
    message: str


@frozen
class Ended:
    """How an accepted order ended short of its quantity."""

    reason: EndReason
    message: str
