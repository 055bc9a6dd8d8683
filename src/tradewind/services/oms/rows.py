"""From a decision to the events of the log, whose bodies are the rows (contracts/events.py)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Final
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
from tradewind.core.accounts import Position
from tradewind.core.decisions import Decision, Step
from tradewind.core.fills import Filled
from tradewind.core.market import Quoting
from tradewind.core.orders import OrderState
from tradewind.core.positions import closed_at
from tradewind.core.tradedates import trade_date, value_date
from tradewind.services.oms.order_rows import Recording, after, new_row, with_verdict
from tradewind.services.oms.store import EventEntry, StepsEntry, Writing

PARTIALLY_FILLED: Final = OrderState.PARTIALLY_FILLED
#: States a new order goes through before anything is filled; they travel as one entry.
PLAIN: Final = frozenset(
    {OrderState.NEW, OrderState.PENDING, OrderState.ACCEPTED, OrderState.WORKING}
)


def record(decision: Decision, recording: Recording, writing: Writing) -> tuple[OrderRow, int]:
    """Append the events of a decision; return the order's row as it now stands and the last seq."""
    log = _Log(decision=decision, recording=recording, writing=writing)
    row = log.order()
    for position in decision.positions:
        log.position(position)
    if decision.posted or decision.account.carry != recording.state.account.carry:
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
        self._actor = recording.actor
        self._trade_date = trade_date(recording.now)

    def order(self) -> OrderRow:
        """One event a state or fact; only the last carries the whole row."""
        decision, previous = self._decision, self._recording.row
        first = self.seq + 1
        fills = iter(decision.fills)
        plain = 0
        if previous is None:
            plain = self._plain(decision.path[:-1])
        for step in decision.path[plain:-1]:
            fill = next(fills) if step is PARTIALLY_FILLED else None
            self._append(self._writing.orders, f"order.{step}", self._step(step, fill))
        last = decision.path[-1]
        fill = next(fills, None)
        row = (
            new_row(decision.order, self._recording, first, self._trade_date)
            if previous is None
            else after(previous, decision.order)
        )
        row = replace(
            with_verdict(row, decision.order),
            last_event=self.seq + 1,
            updated_at=self._recording.now,
            markup_version=_markup(row, decision.fills),
            fill=UNSET if fill is None else self._fill(fill),
        )
        self._append(self._writing.orders, f"order.{last}", row, is_new=previous is None)
        return row

    def _plain(self, path: Sequence[Step]) -> int:
        """Write the states that come before the first fill or fact; return how many they are."""
        plain = [*takewhile(PLAIN.__contains__, path)]
        if plain:
            self._writing.steps.append(
                StepsEntry(
                    self._account_id,
                    self.seq + 1,
                    self._decision.order.request.order_id,
                    plain,
                    self._actor,
                    self._recording.cause,
                )
            )
            self.seq += len(plain)
        return len(plain)

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
        row = position_row(position, account_id, self._recording.now, lots)
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
                reverses=posted.reverses,
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

    def _step(self, step: Step, fill: Filled | None) -> OrderStep:
        """An event that a later one of this transaction completes; a fact leaves the state."""
        request, row = self._decision.order.request, self._recording.row
        standing = OrderState.WORKING if row is None else row.state
        return OrderStep(
            id=request.order_id,
            state=step if isinstance(step, OrderState) else standing,
            fill=UNSET if fill is None else self._fill(fill),
        )

    def _fill(self, fill: Filled) -> FillRow:
        recording, request = self._recording, self._decision.order.request
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
            **_quoted(fill.quoting),
            execution_mode=self._decision.order.execution_mode,
            book=self._decision.order.book,
            capacity=PRINCIPAL,
            channel=request.channel,
            actor=self._actor,
            on_behalf_of=recording.on_behalf_of,
            reason=request.reason,
            instrument_version=recording.instrument.version,
            group_code=recording.state.terms.code,
            group_version=recording.state.terms.version,
            trade_date=traded,
            corrects_fill_id=fill.corrects,
            charge_rest=fill.charge_rest or None,
            value_date=value_date(traded, recording.instrument.settlement_lag),
            time=recording.now,
        )


def _quoted(quoting: Quoting) -> dict[str, Any]:
    """The price a fill traded on, as its row keeps it."""
    price = quoting.price
    return {
        "conversion_rate": quoting.conversion.rate,
        "conversion_quotes": quoting.conversion.quotes,
        "quote_id": f"{price.epoch}:{price.seq}",
        "bbo_bid": price.bbo_bid,
        "bbo_ask": price.bbo_ask,
        "rules_version": price.rules_version,
        "lp_quotes": price.lp_quotes,
    }


def _markup(row: OrderRow, fills: Sequence[Filled]) -> int | None:
    return fills[0].quoting.price.rules_version if fills else row.markup_version


def position_row(
    position: Position, account_id: UUID, now: datetime, lots: Sequence[LotRow] = ()
) -> PositionRow:
    """The row of a position, with those of its lots that changed."""
    return PositionRow(
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
        trailing_stop=position.trailing_stop,
        version=position.version,
        opened_at=position.opened_at,
        updated_at=now,
        closed_at=closed_at(position, now),
        lots=[*lots],
    )
