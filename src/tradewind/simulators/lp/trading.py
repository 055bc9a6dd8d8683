"""The trading session's messages: NewOrderSingle and OrderStatusRequest in, ExecutionReport out."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from fixcore.message.message import Message

from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.market import LpTick
from tradewind.simulators.lp.orders import (
    ExecType,
    NewOrder,
    RejectCode,
    Report,
    decide,
    rejected,
    status_of,
)
from tradewind.simulators.lp.requests import business_reject
from tradewind.simulators.lp.wire import sending_time

#: Orders remembered for status requests; the oldest are forgotten first.
ORDERS_MAX: Final = 100_000


class TradingDesk:
    """Answers orders at the price quoted now and remembers how each ended."""

    def __init__(self, quote: Callable[[str], LpTick | None], counters: LpCounters) -> None:
        """Take the LP's current quote of a symbol, None when it has none."""
        self._quote = quote
        self._counters = counters
        self._latest: OrderedDict[str, Report] = OrderedDict()
        self._executions = 0

    def answer(self, message: Message, now: datetime) -> Sequence[Message]:
        """Return the replies to a message of a trading session."""
        match message.msg_type:
            case "D":
                self._counters.orders.inc()
                return [self._message(report, now) for report in self._new_order(message)]
            case "H":
                return [self._message(self._status(message), now)]
            case _:
                self._counters.rejects.inc()
                return [business_reject(message)]

    def _new_order(self, message: Message) -> Sequence[Report]:
        order = NewOrder(
            client_order_id=message.get(11),
            symbol=message.get(55),
            side=message.get(54),
            quantity=message.get(38),
            kind=message.get(40),
            time_in_force=message.get(59),
            limit=message.get(44),
        )
        if order.client_order_id in self._latest:
            known = rejected(order, RejectCode.DUPLICATE_ORDER, "duplicate ClOrdID")
            self._counters.rejects.inc()
            return [known]
        reports = decide(order, self._quote(order.symbol))
        self._latest[order.client_order_id] = reports[-1]
        if len(self._latest) > ORDERS_MAX:
            self._latest.popitem(last=False)
        self._count(reports)
        return reports

    def _count(self, reports: Sequence[Report]) -> None:
        for report in reports:
            if report.exec_type is ExecType.TRADE:
                self._counters.fills.inc()
            elif report.exec_type is ExecType.REJECTED:
                self._counters.rejects.inc()

    def _status(self, message: Message) -> Report:
        """Return the answer to an OrderStatusRequest (H): 150=I, never an execution."""
        latest = self._latest.get(message.get(11))
        if latest is None:
            unknown = NewOrder(
                client_order_id=message.get(11),
                symbol=message.get(55),
                side=message.get(54),
                quantity="0",
                kind="1",
                time_in_force="3",
            )
            latest = rejected(unknown, RejectCode.UNKNOWN_ORDER, "unknown order")
        return status_of(latest)

    def _message(self, report: Report, now: datetime) -> Message:
        self._executions += 1
        order = report.order
        fields = {
            35: "8",
            37: f"O-{order.client_order_id}",
            11: order.client_order_id,
            17: "0" if report.exec_type is ExecType.STATUS else f"E-{self._executions}",
            150: report.exec_type,
            39: report.status,
            55: order.symbol,
            54: order.side,
            38: order.quantity,
            40: order.kind,
            44: order.limit,
            59: order.time_in_force,
            32: _text(report.last_quantity),
            31: _text(report.last_price),
            151: _text(report.leaves),
            14: _text(report.filled),
            6: _text(report.average),
            60: sending_time(now),
            103: report.reject or "",
            58: report.text,
        }
        message = Message()
        for tag, value in fields.items():
            if value:
                message.set_field(tag, str(value))
        return message


def _text(value: Decimal) -> str:
    return format(value, "f")
