"""Decide every command of a batch in turn, on what lock-and-load returned.

Later commands see the effects of earlier ones. Nothing here waits or writes to the database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

import msgspec
import structlog

from tradewind.contracts.events import OrderRow
from tradewind.core.accounts import AccountState
from tradewind.core.errors import ConflictError, DomainError, NotFoundError
from tradewind.core.ids import Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.margin import Mark
from tradewind.core.orders import (
    FINAL,
    CancelOrder,
    ClosePosition,
    EndReason,
    OrderState,
    PlaceOrder,
    moved,
)
from tradewind.core.trading import Decision, Market, decide, evolve
from tradewind.services.oms.account_work import AccountWork, account_work, closing_order
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.rows import Recording, record
from tradewind.services.oms.store import (
    AccountEntry,
    EventEntry,
    KeyEntry,
    KnownOrder,
    Loaded,
    StoredKey,
    Writing,
)
from tradewind.services.oms.submission import Answer, Submission

CREATED = 201
OK = 200
CONFLICT = 409


class InternalError(DomainError):
    """A command broke an invariant; it alone failed, and somebody must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The command was answered before; `stored` tells where that answer is."""

    stored: StoredKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """The account was locked by somebody else."""


Outcome = Answer | Replay | Skipped | Exception


class Deciding:
    """One pass over a batch; `writing` holds what is to be written afterwards."""

    def __init__(
        self, loaded: Loaded, markets: Markets, new_id: Callable[[], UUID], now: datetime
    ) -> None:
        """Index what was loaded."""
        self.writing = Writing()
        self._markets = markets
        self._new_id = new_id
        self._now = now
        self._tickets = iter(loaded.tickets)
        self._known = None if loaded.known is None else set(loaded.known)
        terms = {group.id: group.terms for group in loaded.groups or ()}
        switches = loaded.kill_switches or []
        self._work = {
            a.account.id: account_work(a, switches, terms[a.group_id])
            for a in loaded.accounts or ()
        }
        self._keys = {key.id: key for key in loaded.keys or ()}
        self._answered: dict[UUID, tuple[UUID, Answer]] = {}
        self._client_orders: dict[tuple[UUID, str], KnownOrder] = {
            (o.account_id, o.client_order_id): o for o in loaded.client_orders or ()
        }

    def decide_all(self, batch: Sequence[Submission]) -> list[Outcome]:
        """Return one outcome a submission, in order."""
        outcomes = [self._decide_alone(submission) for submission in batch]
        for account_id, work in self._work.items():
            if work.touched:
                account = work.state.account
                self.writing.accounts.append(
                    AccountEntry(
                        account_id,
                        work.last_event,
                        account.balance,
                        account.carry,
                        account.reserved_margin,
                    )
                )
        return outcomes

    def _decide_alone(self, submission: Submission) -> Outcome:
        """Let a command fail without the others; what it had begun to write is taken back."""
        mark = self.writing.mark()
        try:
            return self._outcome(submission)
        except DomainError as error:
            return error
        except Exception:  # noqa: BLE001 - a poison command must not stop the others
            self.writing.take_back(mark)
            structlog.get_logger().exception(
                "command_failed", order_id=str(submission.command.order_id)
            )
            return InternalError("internal_error", "the command failed; nothing was changed")

    def _outcome(self, submission: Submission) -> Outcome:
        command, key = submission.command, submission.key
        work = self._work.get(command.account_id)
        if work is None:
            if self._known is not None and command.account_id in self._known:
                return Skipped()
            raise NotFoundError("account_not_found", "there is no such account")
        if work.state.account.user_id != command.user_id:
            raise NotFoundError("account_not_found", "there is no such account")
        if key is not None:
            earlier = self._earlier(submission)
            if earlier is not None:
                return earlier
        match command:
            case CancelOrder():
                answer = self._cancel(work, command)
            case ClosePosition():
                order = closing_order(work, command, self._markets)
                answer = self._place(work, order, keyed=key is not None)
            case PlaceOrder():
                answer = self._place(work, command, keyed=key is not None)
            case _:
                assert_never(command)
        if key is not None:
            self._remember(submission, work, answer)
        return answer

    def _earlier(self, submission: Submission) -> Outcome | None:
        """The first answer under this key, from the database or from this very batch."""
        key = submission.key
        if key is None:
            return None
        stored = self._keys.get(key.id)
        answered = self._answered.get(key.id)
        if stored is None and answered is None:
            return None
        body_hash = stored.body_hash if stored else answered[0] if answered else None
        if body_hash != key.body_hash:
            raise ConflictError("idempotency_conflict", "the key was used with another body")
        if stored is not None:
            return Replay(stored=stored)
        return replace(answered[1], replayed=True) if answered else None

    def _place(self, work: AccountWork, order: PlaceOrder, *, keyed: bool) -> Answer:
        if order.client_order_id is not None:
            known = self._client_orders.get((order.account_id, order.client_order_id))
            if known is not None:
                return self._duplicate(known, keyed=keyed)
        instrument = self._markets.instrument(order.symbol)
        if instrument is None:
            raise NotFoundError("symbol_not_found", "there is no such symbol")
        state = work.state
        decision = decide(
            state,
            order,
            Market(
                instrument=instrument,
                quoting=self._markets.quoting(
                    order, state.terms.code, state.account.currency.code, self._now
                ),
                marks=self._marks(state, order.symbol),
                ticket=next(self._tickets),
                new_id=self._new_id,
                now=self._now,
            ),
        )
        row = self._record(work, decision, instrument)
        if order.client_order_id is not None:
            self._client_orders[order.account_id, order.client_order_id] = KnownOrder(
                account_id=order.account_id,
                client_order_id=order.client_order_id,
                order_id=order.order_id,
                last_event=row.last_event,
            )
        return Answer(
            status=CREATED, code=None, order_id=order.order_id, order=row, path=decision.path
        )

    def _record(self, work: AccountWork, decision: Decision, instrument: Instrument) -> OrderRow:
        """Append a decision's events and go on from the state after it."""
        recording = Recording(
            state=work.state,
            instrument=instrument,
            last_event=work.last_event,
            cause=None,
            new_id=self._new_id,
            now=self._now,
        )
        row, work.last_event = record(decision, recording, self.writing)
        work.state = evolve(work.state, decision)
        work.touched = True
        return row

    def _duplicate(self, known: KnownOrder, *, keyed: bool) -> Answer:
        code = "duplicate_client_order_id"
        if not keyed:
            detail = f"order {known.order_id} has this client_order_id"
            raise ConflictError(code, detail, known.order_id)
        return Answer(status=CONFLICT, code=code, order_id=known.order_id, order=None)

    def _cancel(self, work: AccountWork, command: CancelOrder) -> Answer:
        row = work.orders.get(command.order_id)
        if row is None:
            raise NotFoundError("order_not_found", "there is no such order")
        state = OrderState(row.state)
        if state in FINAL:
            raise ConflictError("order_final", f"the order is {state}", row.id)
        work.last_event += 1
        changed = msgspec.structs.replace(
            row,
            state=moved(state, OrderState.CANCELLED),
            end_code=EndReason.CLIENT,
            end_message="cancelled by the client",
            version=row.version + 1,
            last_event=work.last_event,
            updated_at=self._now,
        )
        self.writing.orders.append(
            EventEntry(
                command.account_id,
                work.last_event,
                "order.cancelled",
                changed,
                str(command.user_id),
                is_new=False,
            )
        )
        work.orders[command.order_id] = changed
        work.touched = True
        return Answer(status=OK, code=None, order_id=command.order_id, order=changed)

    def _marks(self, state: AccountState, symbol: Symbol) -> dict[Symbol, Mark]:
        """Mark the order's symbol and everything the account has open; what has no price lacks."""
        symbols = {position.symbol for position in state.positions.values()} | {symbol}
        group, currency = state.terms.code, state.account.currency.code
        marks = {s: self._markets.mark(s, group, currency, self._now) for s in symbols}
        return {s: mark for s, mark in marks.items() if mark is not None}

    def _remember(self, submission: Submission, work: AccountWork, answer: Answer) -> None:
        key = submission.key
        if key is None:
            return
        self.writing.keys.append(
            KeyEntry(
                id=key.id,
                key=key.text,
                user_id=submission.command.user_id,
                account_id=submission.command.account_id,
                body_hash=key.body_hash,
                status=answer.status,
                code=answer.code,
                order_id=answer.order_id,
                event=answer.order.last_event if answer.order else work.last_event,
            )
        )
        self._answered[key.id] = (key.body_hash, answer)
