"""Files, approves and carries out what dealers ask for.

What is asked is durable before anything is done, and who repeats a request whose answer was lost
goes on where it stopped: nothing is done twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import msgspec

from tradewind.core.errors import (
    DomainError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TransientError,
)
from tradewind.infra.postgres import Connection
from tradewind.services.configuration import audit
from tradewind.services.configuration.audit import Entry
from tradewind.services.configuration.model import Actor, RequestKey
from tradewind.services.configuration.service import Configuration
from tradewind.services.dealing import store
from tradewind.services.dealing.commands import command_of
from tradewind.services.dealing.many import carry_out_everywhere
from tradewind.services.dealing.model import (
    FOUR_EYES,
    DealerAction,
    Kind,
    State,
    Wanted,
    content_hash,
    require_dealer,
    require_decidable,
    require_second,
    require_sound,
    require_undoable,
)
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.service import Oms
from tradewind.services.oms.submission import Answer

_MANY = frozenset({Kind.CANCEL_ALL, Kind.CLOSE_ALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a request came to; `replayed` tells that it had come before."""

    action: DealerAction
    replayed: bool


class Dealing:
    """What dealers may do, as role tw_admin and through the order service."""

    def __init__(
        self, configuration: Configuration, oms: Oms, markets: Markets, limit: Decimal
    ) -> None:
        """Above `limit`, in the house's reporting currency, a second person decides."""
        self._configuration = configuration
        self._oms = oms
        self._markets = markets
        self._limit = limit

    async def ask(self, key: RequestKey, actor: Actor, wanted: Wanted) -> Done:
        """Do what a dealer asks for, or let it wait for a second person."""
        creator = require_dealer(actor)
        require_sound(wanted)

        async def file(tx: Connection) -> DealerAction:
            state = await self._state_of(tx, wanted)
            # An order is cancelled under its own id; whatever else is done is an order of its own.
            own = wanted.target_id if wanted.kind is Kind.CANCEL_ORDER else None
            action = DealerAction(
                id=self._configuration.new_id(),
                wanted=wanted,
                content_hash=content_hash(wanted),
                order_id=own or self._configuration.new_id(),
                state=state,
                created_by=creator,
                created_at=self._configuration.clock.now(),
            )
            await store.file(tx, action)
            await self._record(tx, actor.name, "asked", action)
            return action

        return await self._once(key, file)

    async def approve(self, key: RequestKey, actor: Actor, action_id: UUID, agreed: bytes) -> Done:
        """Do what somebody else asked for."""

        async def decide(tx: Connection) -> DealerAction:
            action = await self._read(tx, action_id)
            decider = require_decidable(action, actor, self._configuration.clock.now())
            require_second(action, decider, agreed)
            return await self._decided(tx, actor, action, State.EXECUTING)

        return await self._once(key, decide)

    async def reject(self, key: RequestKey, actor: Actor, action_id: UUID) -> Done:
        """End an action that waits; its creator may take it back so."""

        async def decide(tx: Connection) -> DealerAction:
            action = await self._read(tx, action_id)
            require_decidable(action, actor, self._configuration.clock.now())
            return await self._decided(tx, actor, action, State.REJECTED)

        return await self._once(key, decide)

    async def page(self, after: UUID | None, limit: int) -> Sequence[DealerAction]:
        """Return actions, newest first."""
        async with self._configuration.reading() as connection:
            return await store.page(connection, after, limit)

    async def _once(
        self, key: RequestKey, work: Callable[[Connection], Awaitable[DealerAction]]
    ) -> Done:
        """Decide once for each key; what was decided is carried out by whoever comes first."""

        async def kept(tx: Connection) -> str:
            return msgspec.json.encode(await work(tx)).decode()

        found = await self._configuration.once(key, kept)
        action = msgspec.json.decode(found.answer, type=DealerAction)
        if action.state is State.EXECUTING:
            action = await self._carry_out(action.id)
        return Done(action=action, replayed=found.replayed)

    async def _state_of(self, tx: Connection, wanted: Wanted) -> State:
        """Say whether an action waits for a second person; what it is about must be there."""
        if wanted.kind in _MANY:
            unknown = await store.unknown_scope(tx, wanted)
            if unknown is not None:
                code = f"unknown_{unknown.removesuffix('_id')}"
                raise InvalidError(unknown, code, "There is no such thing.")
            return State.EXECUTING
        if wanted.kind in FOUR_EYES:
            fill = await store.fill(tx, wanted)
            if fill is None:
                raise NotFoundError("fill_not_found", "There is no such fill.")
            require_undoable(wanted, fill)
            return State.PENDING
        target = await store.target(tx, wanted)
        if target is None:
            name = "order" if wanted.kind is Kind.CANCEL_ORDER else "position"
            raise NotFoundError(f"{name}_not_found", "There is no such thing.")
        rate = self._markets.conversion(
            target.currency, target.reporting, self._configuration.clock.now()
        )
        # What has no price of its own waits to close a position: taking it back risks nothing.
        if target.worth is None:
            return State.EXECUTING
        # What cannot be measured is taken to be much.
        is_small = rate is not None and target.worth * rate.rate <= self._limit
        return State.EXECUTING if is_small else State.PENDING

    async def _carry_out(self, action_id: UUID) -> DealerAction:
        """Do what was decided, alone, unless it is done; the outcome is recorded with it."""
        async with self._configuration.reading() as tx, tx.transaction():
            await store.hold(tx, action_id)
            action = await self._read(tx, action_id)
            if action.state is not State.EXECUTING:
                return action
            if action.wanted.kind in _MANY:
                finished = await carry_out_everywhere(tx, action, self._oms, self._configuration)
            else:
                finished = await self._submitted(tx, action)
            await store.finish(tx, finished)
            await self._record(tx, action.actor, finished.state, finished)
        return finished

    async def _submitted(self, tx: Connection, action: DealerAction) -> DealerAction:
        before = await store.done(tx, action)
        if before is not None:
            return _finished(action, before, None)
        command = command_of(action, self._configuration.clock.now())
        try:
            answer: Answer = await self._oms.submit(command, None)
        except TransientError:
            # Nothing is known; whoever repeats the request finds out.
            raise
        except DomainError as error:
            return replace(action, state=State.FAILED, outcome=error.code)
        row = answer.order
        if row is None:
            return _finished(action, State.EXECUTED, None)
        return _finished(action, row.state, row.reject_code)

    async def _read(self, tx: Connection, action_id: UUID) -> DealerAction:
        action = await store.read(tx, action_id)
        if action is None:
            raise NotFoundError("dealer_action_not_found", "There is no such action.")
        return action

    async def _decided(
        self, tx: Connection, actor: Actor, action: DealerAction, state: State
    ) -> DealerAction:
        if actor.user_id is None:
            raise ForbiddenError("login_required", "Only somebody with a login may decide.")
        now = self._configuration.clock.now()
        decided = replace(action, state=state, decided_by=actor.user_id, decided_at=now)
        await store.decide(tx, decided)
        verb = "approved" if state is State.EXECUTING else "rejected"
        await self._record(tx, actor.name, verb, decided)
        return decided

    async def _record(self, tx: Connection, actor: str, what: str, action: DealerAction) -> None:
        entry = Entry(
            at=self._configuration.clock.now(),
            actor=actor,
            action=f"dealer_action.{what}",
            subject=str(action.id),
            before=None,
            after=msgspec.to_builtins(action),
        )
        await audit.append(tx, entry)


def _finished(action: DealerAction, outcome: str, refused: str | None) -> DealerAction:
    if refused is not None:
        return replace(action, state=State.FAILED, outcome=refused)
    return replace(action, state=State.EXECUTED, outcome=outcome)
