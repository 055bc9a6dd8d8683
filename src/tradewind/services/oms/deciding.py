"""Decide every command of a batch in turn, on what lock-and-load returned.

Later commands see the effects of earlier ones. Nothing here waits or writes to the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import structlog

from tradewind.core.commands import (
    AmendOrder,
    BustFill,
    CancelAll,
    CancelOrder,
    CheckMargin,
    CloseAll,
    CloseBy,
    ClosePosition,
    ExpireOrder,
    MoveStop,
    PlaceOrder,
    ProtectPosition,
    ReversePosition,
)
from tradewind.core.errors import ConflictError, DomainError, NotFoundError
from tradewind.services.oms.changing import amend, cancel, cancel_all, protect
from tradewind.services.oms.dealing import bust
from tradewind.services.oms.desk import AccountWork, Desk, TicketsExhausted, account_work
from tradewind.services.oms.liquidating import check_margin
from tradewind.services.oms.placing import close, place
from tradewind.services.oms.several import close_all, close_by, reverse
from tradewind.services.oms.store import AccountEntry, KeyEntry, KnownOrder, Loaded, StoredKey
from tradewind.services.oms.submission import Answer, Command, Submission, TriggerOrder
from tradewind.services.oms.waking import expire, move, trigger


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

#: Who carries out what. A handler gets the command it is listed for, and nothing else.
HANDLERS: Final[Mapping[type[Command], Callable[[Desk, AccountWork, Any], Answer]]] = {
    PlaceOrder: place,
    ClosePosition: close,
    CancelOrder: cancel,
    AmendOrder: amend,
    ProtectPosition: protect,
    CancelAll: cancel_all,
    CloseAll: close_all,
    CloseBy: close_by,
    ReversePosition: reverse,
    TriggerOrder: trigger,
    MoveStop: move,
    ExpireOrder: expire,
    BustFill: bust,
    CheckMargin: check_margin,
}


class Deciding:
    """One pass over a batch; `writing` holds what is to be written afterwards."""

    def __init__(self, loaded: Loaded, desk: Desk) -> None:
        """Index what was loaded."""
        self.writing = desk.writing
        self._desk = desk
        self._known = None if loaded.known is None else set(loaded.known)
        terms = {group.id: group.terms for group in loaded.groups or ()}
        switches = loaded.kill_switches or []
        self._work = {
            a.account.id: account_work(a, switches, terms[a.group_id])
            for a in loaded.accounts or ()
        }
        self._keys = {key.id: key for key in loaded.keys or ()}
        self._answered: dict[UUID, tuple[UUID, Answer]] = {}
        desk.fills.update((each.fill.id, each) for each in loaded.fills or ())
        for order in loaded.client_orders or ():
            desk.client_orders[order.account_id, order.client_order_id] = order

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
                        account.credit,
                        account.carry,
                        account.reserved_margin,
                        account.margin_called_at,
                    )
                )
        return outcomes

    def _decide_alone(self, submission: Submission) -> Outcome:
        """Let a command fail without the others; what it had begun is taken back."""
        mark = self.writing.mark()
        work = self._work.get(submission.command.account_id)
        before = None if work is None else work.standing()
        try:
            return self._outcome(submission, work)
        except DomainError as error:
            failure: Exception = error
        except TicketsExhausted:
            raise
        except Exception:  # noqa: BLE001 - a poison command must not stop the others
            structlog.get_logger().exception(
                "command_failed", order_id=str(submission.command.order_id)
            )
            failure = InternalError("internal_error", "the command failed; nothing was changed")
        self.writing.take_back(mark)
        if work is not None and before is not None:
            work.go_back(before)
        return failure

    def _outcome(self, submission: Submission, work: AccountWork | None) -> Outcome:
        command, key = submission.command, submission.key
        if work is None:
            if self._known is not None and command.account_id in self._known:
                return Skipped()
            raise NotFoundError("account_not_found", "there is no such account")
        if command.user_id is not None and work.state.account.user_id != command.user_id:
            raise NotFoundError("account_not_found", "there is no such account")
        if key is not None:
            earlier = self._earlier(submission)
            if earlier is not None:
                return earlier
        known = self._known_name(command)
        if known is None:
            answer = HANDLERS[type(command)](self._desk, work, command)
        else:
            answer = _duplicate(known, keyed=key is not None)
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

    def _known_name(self, command: Command) -> KnownOrder | None:
        """The order that already has the client_order_id of a new one."""
        if not isinstance(command, PlaceOrder | ClosePosition) or command.client_order_id is None:
            return None
        return self._desk.client_orders.get((command.account_id, command.client_order_id))

    def _remember(self, submission: Submission, work: AccountWork, answer: Answer) -> None:
        key, user_id = submission.key, submission.command.user_id
        if key is None or user_id is None:
            return
        self.writing.keys.append(
            KeyEntry(
                id=key.id,
                key=key.text,
                user_id=user_id,
                account_id=submission.command.account_id,
                body_hash=key.body_hash,
                status=answer.status,
                code=answer.code,
                order_id=answer.order_id,
                event=answer.order.last_event if answer.order else work.last_event,
            )
        )
        self._answered[key.id] = (key.body_hash, answer)


def _duplicate(known: KnownOrder, *, keyed: bool) -> Answer:
    code = "duplicate_client_order_id"
    if not keyed:
        detail = f"order {known.order_id} has this client_order_id"
        raise ConflictError(code, detail, known.order_id)
    return Answer(status=409, code=code, order_id=known.order_id, order=None)
