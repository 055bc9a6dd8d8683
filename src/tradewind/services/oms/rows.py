"""From a decision to the events of the log, whose bodies are the rows (contracts/events.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import replace

from tradewind.contracts.events import (
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
from tradewind.core.orders import Order, OrderState, OrderType, Reason
from tradewind.core.positions import closed_at
from tradewind.core.tradedates import trade_date, value_date
from tradewind.core.trading import Decision
from tradewind.services.oms.store import EventEntry, Writing

CLIENT: Final = Reason.CLIENT.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What the rows of one decision need beside it."""

    state: AccountState
    instrument: Instrument
    last_event: int
    cause: str | None
    new_id: Callable[[], UUID]
    now: datetime


def record(decision: Decision, recording: Recording, writing: Writing) -> OrderRow:
    """Append the events of a decision; return the order's row as it now stands."""
    log = _Log(decision=decision, recording=recording, writing=writing)
    row = log.order()
    for position in decision.positions:
        log.position(position)
    if decision.posted:
        log.postings()
    return row


class _Log:
    """Numbers and encodes the events of one decision."""

    def __init__(self, *, decision: Decision, recording: Recording, writing: Writing) -> None:
        self._decision = decision
        self._recording = recording
        self._writing = writing
        self._seq = recording.last_event
        self._user_id = decision.order.request.user_id
        self._actor = str(self._user_id)
        self._trade_date = trade_date(recording.now)

    def order(self) -> OrderRow:
        """One event a state; only the last carries the whole row."""
        decision = self._decision
        order_id = decision.order.request.order_id
        first = self._seq + 1
        fills = iter(decision.fills)
        for state in decision.path[:-1]:
            if state is OrderState.PARTIALLY_FILLED:
                step = OrderStep(id=order_id, state=state, fill=self._fill(next(fills)))
            else:
                step = OrderStep(id=order_id, state=state)
            self._append(f"order.{state}", step, None)
        row = _with_verdict(self._order_row(first, next(fills, None)), decision.order)
        self._append(f"order.{decision.order.state}", row, "order")
        return row

    def position(self, position: Position) -> None:
        """One event a changed position, with the lots that changed."""
        before = self._recording.state.positions.get(position.id)
        kind = "opened" if before is None else "changed" if position.quantity else "closed"
        known = {lot.fill_id: lot.remaining for lot in before.lots} if before is not None else {}
        account_id = self._recording.state.account.id
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
        self._append(f"position.{kind}", row, "position" if before is None else "position*")

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
                event=self._seq + 1,
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
        self._append("ledger.posted", body, None)

    def _append(
        self, kind: str, body: OrderRow | OrderStep | PositionRow | LedgerPosted, row: str | None
    ) -> None:
        self._seq += 1
        account_id, cause = self._recording.state.account.id, self._recording.cause
        self._writing.events.append(
            EventEntry(account_id, self._seq, kind, row, self._user_id, cause, body)
        )

    def _fill(self, fill: Filled) -> FillRow:
        recording, request = self._recording, self._decision.order.request
        price = fill.quoting.price
        traded = self._trade_date
        return FillRow(
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
            reason=CLIENT,
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
        return OrderRow(
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
            reason=CLIENT,
            label=request.label,
            comment=request.comment,
            instrument_version=recording.instrument.version,
            group_code=terms.code,
            group_version=terms.version,
            markup_version=fills[0].quoting.price.rules_version if fills else None,
            book_rule_version=terms.version,
            trade_date=self._trade_date,
            first_event=first_event,
            last_event=self._seq + 1,
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
