"""From a decision to the events of the log, whose bodies are the rows (contracts/events.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import replace

from tradewind.contracts.events import (
    PRINCIPAL,
    FillRow,
    LedgerPosted,
    LotRow,
    OrderRow,
    OrderStep,
    PositionRow,
    PostingRow,
)
from tradewind.core.accounts import AccountState, Position
from tradewind.core.booking import Filled
from tradewind.core.instruments import Instrument
from tradewind.core.money import ZERO
from tradewind.core.orders import Order, OrderState, OrderType, Reason
from tradewind.core.positions import closed_at
from tradewind.core.tradedates import trade_date, value_date
from tradewind.core.trading import Decision
from tradewind.services.oms.store import EventEntry, StepsEntry, Writing

CLIENT: Final = Reason.CLIENT.value
PARTIALLY_FILLED: Final = OrderState.PARTIALLY_FILLED
_CLIENTS_FILL: Final = partial(FillRow, capacity=PRINCIPAL, reason=CLIENT)
_CLIENTS_ORDER: Final = partial(
    OrderRow,
    capacity=PRINCIPAL,
    reason=CLIENT,
    version=1,
    cancel_requested=False,
    reserved_margin=ZERO,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What the rows of one decision need beside it."""

    state: AccountState
    instrument: Instrument
    last_event: int
    cause: str | None
    new_id: Callable[[], UUID]
    now: datetime


def record(decision: Decision, recording: Recording, writing: Writing) -> tuple[OrderRow, int]:
    """Append the events of a decision; return the order's row as it now stands and the last seq."""
    log = _Log(decision=decision, recording=recording, writing=writing)
    row = log.order()
    for position in decision.positions:
        log.position(position)
    if decision.posted:
        log.postings()
    return row, log.seq


class _Log:
    """Numbers and encodes the events of one decision."""

    def __init__(self, *, decision: Decision, recording: Recording, writing: Writing) -> None:
        self._decision = decision
        self._recording = recording
        self._writing = writing
        self.seq = recording.last_event
        self._account_id = recording.state.account.id
        self._actor = str(decision.order.request.user_id)
        self._trade_date = trade_date(recording.now)

    def order(self) -> OrderRow:
        """One event a state; only the last carries the whole row."""
        decision = self._decision
        first = self.seq + 1
        fills = iter(decision.fills)
        plain = [state for state in decision.path[:-1] if state is not PARTIALLY_FILLED]
        self._writing.steps.append(
            StepsEntry(
                self._account_id,
                first,
                decision.order.request.order_id,
                plain,
                self._actor,
                self._recording.cause,
            )
        )
        self.seq += len(plain)
        for _ in decision.path[len(plain) : -1]:
            self._append(self._writing.orders, "order.partially_filled", self._partial(next(fills)))
        row = _with_verdict(self._order_row(first, next(fills, None)), decision.order)
        self._append(self._writing.orders, f"order.{decision.order.state}", row, is_new=True)
        return row

    def position(self, position: Position) -> None:
        """One event a changed position, with the lots that changed."""
        before = self._recording.state.positions.get(position.id)
        kind = "opened" if before is None else "changed" if position.quantity else "closed"
        known = {lot.fill_id: lot.remaining for lot in before.lots} if before is not None else {}
        account_id = self._account_id
        lots = [
            LotRow(
                account_id=account_id,
                position_id=lot.position_id,
                fill_id=lot.fill_id,
                book=lot.book,
                book_rule_version=lot.book_rule_version,
                hedge_reference=lot.hedge_reference,
                quantity=lot.quantity,
                remaining=lot.remaining,
                opened_at=lot.opened_at,
            )
            for lot in position.lots
            if known.get(lot.fill_id) != lot.remaining
        ]
        row = PositionRow(
            account_id=account_id,
            id=position.id,
            ticket=position.ticket,
            symbol=position.symbol,
            side=position.side,
            quantity=position.quantity,
            open_price=position.open_price,
            margin_notional=position.margin_notional,
            swap=position.swap,
            stop_loss=position.stop_loss,
            take_profit=position.take_profit,
            version=position.version,
            opened_at=position.opened_at,
            updated_at=self._recording.now,
            closed_at=closed_at(position, self._recording.now),
            lots=lots,
        )
        self._append(self._writing.positions, f"position.{kind}", row, is_new=before is None)

    def postings(self) -> None:
        """One ledger transaction for all that the decision moved."""
        recording, decision = self._recording, self._decision
        account = recording.state.account
        transaction_id = recording.new_id()
        own = f"client:{account.id}"
        rows = [
            PostingRow(
                account_id=account.id,
                id=recording.new_id(),
                transaction_id=transaction_id,
                entity_id=account.entity_id,
                event=self.seq + 1,
                type=posting.type,
                source=posting.source,
                destination=posting.destination,
                currency=posting.currency,
                amount=posting.amount,
                balance_after=(
                    posted.balance_after if own in {posting.source, posting.destination} else None
                ),
                reference=posted.fill_id,
                reverses=None,
                trade_date=self._trade_date,
                time=recording.now,
            )
            for posted in decision.posted
            for posting in posted.postings
        ]
        body = LedgerPosted(
            transaction_id=transaction_id,
            balance=decision.account.balance,
            carry=decision.account.carry,
            postings=rows,
        )
        self._append(self._writing.postings, "ledger.posted", body)

    def _append(
        self,
        entries: list[EventEntry],
        kind: str,
        body: OrderRow | OrderStep | PositionRow | LedgerPosted,
        *,
        is_new: bool | None = None,
    ) -> None:
        self.seq += 1
        entries.append(
            EventEntry(
                self._account_id, self.seq, kind, body, self._actor, self._recording.cause, is_new
            )
        )

    def _partial(self, fill: Filled) -> OrderStep:
        order_id = self._decision.order.request.order_id
        return OrderStep(id=order_id, state=PARTIALLY_FILLED, fill=self._fill(fill))

    def _fill(self, fill: Filled) -> FillRow:
        recording, request = self._recording, self._decision.order.request
        price = fill.quoting.price
        traded = self._trade_date
        return _CLIENTS_FILL(
            account_id=request.account_id,
            id=fill.id,
            ticket=self._decision.order.ticket,
            order_id=request.order_id,
            position_id=fill.position_id,
            symbol=request.symbol,
            side=request.side,
            quantity=fill.quantity,
            closed_quantity=fill.closed_quantity,
            price=fill.price,
            displayed_price=fill.displayed_price,
            requested_price=request.requested_price,
            slippage=fill.slippage,
            markup=fill.markup,
            commission=fill.commission,
            quote_pnl=fill.quote_pnl,
            realized_pnl=fill.realized_pnl,
            conversion_rate=fill.quoting.conversion.rate,
            conversion_quotes=fill.quoting.conversion.quotes,
            quote_id=f"{price.epoch}:{price.seq}",
            bbo_bid=price.bbo_bid,
            bbo_ask=price.bbo_ask,
            rules_version=price.rules_version,
            execution_mode=self._decision.order.execution_mode,
            book=self._decision.order.book,
            channel=request.channel,
            actor=self._actor,
            instrument_version=recording.instrument.version,
            group_code=recording.state.terms.code,
            group_version=recording.state.terms.version,
            trade_date=traded,
            value_date=value_date(traded, recording.instrument.settlement_lag),
            time=recording.now,
        )

    def _order_row(self, first_event: int, fill: Filled | None) -> OrderRow:
        recording, order = self._recording, self._decision.order
        request, terms, fills = order.request, recording.state.terms, self._decision.fills
        return _CLIENTS_ORDER(
            account_id=request.account_id,
            id=request.order_id,
            ticket=order.ticket,
            client_order_id=request.client_order_id,
            symbol=request.symbol,
            side=request.side,
            type=OrderType.MARKET,
            quantity=request.quantity,
            filled_quantity=order.filled_quantity,
            average_price=order.average_price,
            worst_price=request.worst_price,
            requested_price=request.requested_price,
            max_deviation=request.max_deviation if request.requested_price else None,
            time_in_force=request.time_in_force,
            position_id=order.position_id,
            reduce_only=request.reduce_only,
            state=order.state,
            execution_mode=order.execution_mode,
            book=order.book,
            channel=request.channel,
            actor=self._actor,
            label=request.label,
            comment=request.comment,
            instrument_version=recording.instrument.version,
            group_code=terms.code,
            group_version=terms.version,
            markup_version=fills[0].quoting.price.rules_version if fills else None,
            book_rule_version=terms.version,
            trade_date=self._trade_date,
            first_event=first_event,
            last_event=self.seq + 1,
            created_at=request.received_at,
            updated_at=recording.now,
            fill=UNSET if fill is None else self._fill(fill),
        )


def _with_verdict(row: OrderRow, order: Order) -> OrderRow:
    """Say why an order was rejected or ended; most were neither."""
    if order.refused is not None:
        refused = order.refused
        return replace(row, reject_code=refused.reason, reject_message=refused.message)
    if order.ended is not None:
        return replace(row, end_code=order.ended.reason, end_message=order.ended.message)
    return row
