"""Keeps children running: starts them, restarts what crashes, stops all in reverse order."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from tradewind.infra.local.children import Child
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home
from tradewind.infra.local.process_identity import identify
from tradewind.infra.local.running_state import (
    ChildRecord,
    ChildState,
    PlatformState,
    RunningState,
    forget_state,
    write_state,
)

#: The first restart is at once: without prices nothing trades.
RESTART_DELAY_FIRST_S: Final = 0.1
RESTART_DELAY_MAX_S: Final = 15.0
#: A child that served this long has earned a fast restart again: it is not in a crash loop, and
#: whatever killed it may come again before prices and orders have to be back.
STABLE_AFTER_S: Final = 3.0


class Member(Protocol):
    """Something the supervisor keeps running: a server or a process of ours."""

    @property
    def name(self) -> str:
        """Unique among the members."""
        ...

    @property
    def stop_signal(self) -> signal.Signals:
        """What asks it to end."""
        ...

    @property
    def stop_timeout_s(self) -> float:
        """How long it may take to end."""
        ...

    async def start(self) -> Child:
        """Start it and return when it is ready."""
        ...


@dataclass(slots=True, kw_only=True)
class _Kept:
    member: Member
    child: Child
    since: float
    restarts: int = 0
    state: ChildState = ChildState.RUNNING


class Supervisor:
    """One run of the platform. Members started later are stopped earlier."""

    def __init__(
        self, home: Home, address: tuple[str, int], now: datetime, report: Callable[[str], None]
    ) -> None:
        """`now` is when the run began; nothing starts yet."""
        me = identify(os.getpid())
        if me is None:
            raise LocalError("/proc is not mounted; the platform runs on Linux")
        self._path = home.state_file
        self._report = report
        self._groups: list[list[_Kept]] = []
        self._state = RunningState(
            supervisor=me,
            state=PlatformState.STARTING,
            host=address[0],
            port=address[1],
            started_at=now,
            children=(),
        )
        self._record()

    async def start(self, members: Sequence[Member]) -> None:
        """Start members together and return when all are ready."""
        group: list[_Kept] = []
        self._groups.append(group)
        try:
            async with asyncio.TaskGroup() as starting:
                for member in members:
                    starting.create_task(self._start_one(member, group))
        except* LocalError as failures:
            raise failures.exceptions[0] from None

    async def keep(self) -> None:
        """Restart whatever ends, for ever; cancel it before stopping."""
        self.enter(PlatformState.RUNNING)
        async with asyncio.TaskGroup() as keeping:
            for group in self._groups:
                for kept in group:
                    keeping.create_task(self._keep_one(kept))

    async def stop(self) -> None:
        """Stop everything, in reverse order of the starts; bounded by the members' time-outs."""
        self.enter(PlatformState.STOPPING)
        for group in reversed(self._groups):
            async with asyncio.TaskGroup() as stopping:
                for kept in group:
                    number, timeout = kept.member.stop_signal, kept.member.stop_timeout_s
                    stopping.create_task(kept.child.stop(number, timeout))
        self._groups.clear()
        forget_state(self._path)

    def enter(self, state: PlatformState) -> None:
        """Record where the platform is."""
        self._state = replace(self._state, state=state)
        self._record()

    async def _start_one(self, member: Member, group: list[_Kept]) -> None:
        before = time.monotonic()
        child = await member.start()
        group.append(_Kept(member=member, child=child, since=time.monotonic()))
        self._record()
        self._report(f"{member.name} is ready ({time.monotonic() - before:.1f} s)")

    async def _keep_one(self, kept: _Kept) -> None:
        delay = RESTART_DELAY_FIRST_S
        while True:
            status = await kept.child.wait()
            if time.monotonic() - kept.since >= STABLE_AFTER_S:
                delay = RESTART_DELAY_FIRST_S
            kept.state = ChildState.RESTARTING
            kept.restarts += 1
            self._record()
            name = kept.member.name
            self._report(f"{name} ended with status {status}; starting it again in {delay:g} s")
            await asyncio.sleep(delay)
            delay = min(delay * 3, RESTART_DELAY_MAX_S)
            await self._restart(kept)

    async def _restart(self, kept: _Kept) -> None:
        kept.since = time.monotonic()
        try:
            kept.child = await kept.member.start()
        except LocalError as error:
            self._report(str(error))
            return
        kept.since = time.monotonic()
        kept.state = ChildState.RUNNING
        self._record()
        self._report(f"{kept.member.name} is ready again")

    def _record(self) -> None:
        children = tuple(
            ChildRecord(
                name=kept.member.name,
                state=kept.state,
                restarts=kept.restarts,
                identity=kept.child.identity,
            )
            for group in self._groups
            for kept in group
        )
        self._state = replace(self._state, children=children)
        write_state(self._path, self._state)
