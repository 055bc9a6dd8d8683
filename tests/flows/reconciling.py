"""Kill, restart, reconcile: what the client wrote down against what the platform keeps."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import msgspec

from tests.flows import books
from tests.flows.journal import Ack, Rej, Unknown, Written, read_journal, reason
from tests.flows.live import Live, Trader, get, is_ready
from tests.flows.load_client import Plan, outcome_of
from tests.services.pricing.running import until
from tradewind.infra.local.postgres_server import connect_superuser
from tradewind.processes.verify import verify

ROOT = Path(__file__).parents[2]
READS = 4
CLIENT_TIMEOUT_S = 60.0
SLOW_START_S = 60.0

NAMED_SQL = """
    SELECT client_order_id, id FROM trade_order
     WHERE account_id = ANY ($1) AND client_order_id = ANY ($2)
"""

#: Name of an order -> the order it became, or None for nothing.
Truth = Mapping[str, UUID | None]


class LoadProcess:
    """The client's process; it is never killed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def load(self, number: int, rate: float) -> None:
        """Start a load; orders are on their way when this returns."""
        self._say(f"load {number} {rate}")
        await self._hear(b"began\n")

    async def stop(self) -> None:
        """Stop the load; each of its orders has an outcome when this returns."""
        self._say("stop")
        await self._hear(b"done\n")

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    async def _hear(self, word: bytes) -> None:
        assert self._process.stdout is not None
        async with asyncio.timeout(CLIENT_TIMEOUT_S):
            assert await self._process.stdout.readline() == word


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round left with the client."""

    outcomes: Counter[str]
    #: Why orders were rejected or went without an answer.
    codes: Collection[str]
    truth: Truth


@dataclass(slots=True, kw_only=True)
class Reconciler:
    """Loads, lets something be killed, and compares; `seed` draws everything."""

    live: Live
    http: httpx.AsyncClient
    client: LoadProcess
    journal: Path
    traders: Mapping[UUID, Trader]
    #: For orders that are not in the journal.
    spare: Trader
    rng: random.Random
    rounds: int = 0
    written: dict[str, Written] = field(default_factory=dict)
    #: The truth about every UNKNOWN so far; it may never change by itself.
    truth: dict[str, UUID | None] = field(default_factory=dict)
    latest: Collection[str] = ()
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def acknowledged(self) -> int:
        """How many orders the client has seen filled, so far in its load."""
        return self.journal.read_bytes().count(b'"ACK"')

    async def round(self, victim: str, fault: Callable[[], Awaitable[None]], rate: float) -> Round:
        """Let `fault` strike in mid-load, wait for the platform, and compare everything."""
        self.rounds += 1
        await self.live.settled(victim)
        await self.client.load(self.rounds, rate)
        await fault()
        await self.client.stop()
        await self.until_ready(victim)
        journal = read_journal(self.journal)
        fresh = {name: each for name, each in journal.items() if name not in self.written}
        doubts = [n for n, each in fresh.items() if isinstance(each.outcome, Unknown)]
        codes = {reason(each.outcome) for each in fresh.values()} - {""}
        outcomes = Counter(type(each.outcome).__name__ for each in fresh.values())
        sent = [e for e in fresh.values() if isinstance(e.outcome, Unknown) and e.outcome.sent]
        self.seen.update(outcomes)
        self.seen["kills in flight"] += bool(sent)
        self.written |= fresh
        await self.confirm()
        found = await self.looked_up(doubts)
        self.truth |= found
        self.latest = doubts
        await self.repeat(self.rng.sample(doubts, len(doubts) // 2))
        await self.check()
        return Round(outcomes=outcomes, codes=codes, truth=found)

    async def restart(self, victim: str) -> None:
        """Kill without a load; no truth may change."""
        await self.live.settled(victim)
        await self.live.again(victim, self.live.kill(victim))
        await self.until_ready(victim)
        await self.confirm()
        await self.settle()

    async def settle(self) -> None:
        """Repeat whatever was ever in doubt; then nothing is."""
        await self.repeat(list(self.truth))
        await self.check()

    async def until_ready(self, victim: str) -> None:
        """Wait until everything is there again, prices too."""

        async def ready() -> bool:
            return self.live.is_up(victim) and await is_ready(self.http)

        await until(ready, SLOW_START_S)

    async def confirm(self) -> None:
        """After one more restart the truth about the last round's doubts is what it was."""
        assert await self.looked_up(self.latest) == {name: self.truth[name] for name in self.latest}

    async def looked_up(self, names: Collection[str]) -> dict[str, UUID | None]:
        """Find out by client_order_id what became of orders; every read says the same."""
        reads = [await self._stored(names)]
        reads += [{name: await self._shown(name) for name in names}]
        reads += [await self._stored(names) for _ in range(READS - len(reads))]
        assert all(read == reads[0] for read in reads)
        return reads[0]

    async def repeat(self, names: Collection[str]) -> None:
        """Send orders again under their keys: the first answer again, or now for the first time."""
        for name in names:
            intent, before = self.written[name].intent, self.truth[name]
            headers = intent.headers(self.traders[intent.account].token)
            answer = await self.http.post(intent.path, content=intent.body, headers=headers)
            replayed = answer.headers.get("idempotent-replayed") == "true"
            assert replayed == (before is not None)
            outcome = outcome_of(name, answer.status_code, answer.content)
            assert isinstance(outcome, Ack | Rej), answer.text
            assert before in {None, outcome.order_id}
            self.truth[name] = outcome.order_id
            self.written[name] = Written(intent=intent, outcome=outcome)
            self.seen["replayed" if replayed else "sent again"] += 1

    async def check(self) -> None:
        """Compare the whole journal with the books, and the books with their own log."""
        database = await connect_superuser(self.live.platform.home, "tradewind")
        read = await books.read_books(database, self.traders)
        await database.close()
        books.assert_orders_are_as_written(read, self.written)
        stored = {name: rows[0]["id"] for name, rows in read.orders.items()}
        assert {name: stored.get(name) for name in self.truth} == self.truth
        books.assert_log_is_made_of_orders(read)
        books.assert_money_and_positions_follow_from_fills(read)
        await verify(self.live.settings)

    async def _stored(self, names: Collection[str]) -> dict[str, UUID | None]:
        database = await connect_superuser(self.live.platform.home, "tradewind")
        rows = await database.fetch(NAMED_SQL, list(self.traders), list(names))
        await database.close()
        found = {row["client_order_id"]: row["id"] for row in rows}
        assert len(found) == len(rows)
        return {name: found.get(name) for name in names}

    async def _shown(self, name: str) -> UUID | None:
        trader = self.traders[self.written[name].intent.account]
        page = await get(self.http, trader, f"{trader.path}/orders", limit=500)
        assert page["next"] is None
        found = [UUID(each["id"]) for each in page["items"] if each["client_order_id"] == name]
        assert len(found) <= 1
        return found[0] if found else None


@asynccontextmanager
async def reconciling(
    live: Live, folder: Path, seed: int, accounts: int = 200
) -> AsyncGenerator[Reconciler]:
    """Give a reconciler with a client of its own and accounts nobody else uses."""
    journal = folder / "journal"
    async with live.client() as http:
        spare, *traders = await live.traders(http, accounts + 1)
        plan = Plan(
            port=live.platform.port,
            journal=str(journal),
            run=f"{seed:08x}",
            seed=seed,
            traders=[(each.account, each.token) for each in traders],
        )
        process = await _start_client(plan)
        try:
            yield Reconciler(
                live=live,
                http=http,
                client=LoadProcess(process),
                journal=journal,
                traders={each.account: each for each in traders},
                spare=spare,
                rng=random.Random(seed),
            )
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _start_client(plan: Plan) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.flows.load_client"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(plan) + b"\n")
    return process
