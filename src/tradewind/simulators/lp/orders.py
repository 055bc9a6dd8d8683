"""How the simulated LP answers orders: pure decisions over its current quote."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from tradewind.simulators.lp.market import LpTick

ZERO: Final = Decimal(0)


class ExecType(StrEnum):
    """Tag 150."""

    NEW = "0"
    CANCELLED = "4"
    REJECTED = "8"
    TRADE = "F"
    STATUS = "I"


class OrdStatus(StrEnum):
    """Tag 39."""

    NEW = "0"
    PARTIALLY_FILLED = "1"
    FILLED = "2"
    CANCELLED = "4"
    REJECTED = "8"


class RejectCode(StrEnum):
    """Tag 103, OrdRejReason."""

    UNKNOWN_SYMBOL = "1"
    UNKNOWN_ORDER = "5"
    DUPLICATE_ORDER = "6"
    UNSUPPORTED = "11"
    INCORRECT_QUANTITY = "13"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A NewOrderSingle as received; texts are checked by `decide`."""

    client_order_id: str
    symbol: str
    side: str
    quantity: str
    kind: str
    time_in_force: str
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One ExecutionReport; `last` fields are those of this execution."""

    order: NewOrder
    exec_type: ExecType
    status: OrdStatus
    filled: Decimal = ZERO
    leaves: Decimal = ZERO
    average: Decimal = ZERO
    last_quantity: Decimal = ZERO
    last_price: Decimal = ZERO
    reject: RejectCode | None = None
    text: str = ""


def decide(order: NewOrder, tick: LpTick | None) -> Sequence[Report]:
    """Return what happens to a new order: New, then Trade and what is left Cancelled; or Rejected.

    Market and limit orders, IOC or FOK, against the top of book and its size.
    """
    if tick is None:
        return [rejected(order, RejectCode.UNKNOWN_SYMBOL, f"no market in {order.symbol}")]
    quantity, limit = _decimal(order.quantity), _decimal(order.limit or "1")
    if quantity is None or limit is None:
        return [rejected(order, RejectCode.INCORRECT_QUANTITY, "38 or 44 is not a positive number")]
    if order.side not in {"1", "2"} or order.kind not in {"1", "2"}:
        return [rejected(order, RejectCode.UNSUPPORTED, "54 must be 1 or 2, 40 must be 1 or 2")]
    if order.time_in_force not in {"3", "4"}:
        return [rejected(order, RejectCode.UNSUPPORTED, "59 must be 3 (IOC) or 4 (FOK)")]
    if order.kind == "2" and not order.limit:
        return [rejected(order, RejectCode.UNSUPPORTED, "a limit order needs 44")]
    return _executed(order, quantity, limit if order.kind == "2" else None, tick)


def rejected(order: NewOrder, code: RejectCode, text: str) -> Report:
    """Return the one report of an order that was not taken."""
    return Report(
        order=order,
        exec_type=ExecType.REJECTED,
        status=OrdStatus.REJECTED,
        reject=code,
        text=text,
    )


def status_of(report: Report) -> Report:
    """Return the answer to OrderStatusRequest: the order's latest state, never an execution."""
    return Report(
        order=report.order,
        exec_type=ExecType.STATUS,
        status=report.status,
        filled=report.filled,
        leaves=report.leaves,
        average=report.average,
        reject=report.reject,
        text=report.text,
    )


def _executed(
    order: NewOrder, quantity: Decimal, limit: Decimal | None, tick: LpTick
) -> Sequence[Report]:
    buys = order.side == "1"
    points, size = (tick.ask_points, tick.ask_size) if buys else (tick.bid_points, tick.bid_size)
    price = Decimal(points).scaleb(-tick.digits)
    beyond = limit is not None and (price > limit if buys else price < limit)
    taken = ZERO if beyond else min(quantity, Decimal(size))
    if order.time_in_force == "4" and taken < quantity:
        taken = ZERO
    reports = [Report(order=order, exec_type=ExecType.NEW, status=OrdStatus.NEW, leaves=quantity)]
    if taken > ZERO:
        done = taken == quantity
        reports.append(
            Report(
                order=order,
                exec_type=ExecType.TRADE,
                status=OrdStatus.FILLED if done else OrdStatus.PARTIALLY_FILLED,
                filled=taken,
                leaves=quantity - taken,
                average=price,
                last_quantity=taken,
                last_price=price,
            )
        )
    if taken < quantity:
        reports.append(
            Report(
                order=order,
                exec_type=ExecType.CANCELLED,
                status=OrdStatus.CANCELLED,
                filled=taken,
                average=price if taken else ZERO,
                text="not filled within price and size",
            )
        )
    return reports


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and value > ZERO else None
