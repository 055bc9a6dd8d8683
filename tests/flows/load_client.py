"""A trading client as a process of its own: `python -m tests.flows.load_client`.

The first line of its input is the plan. Then `load NUMBER RATE` makes it send orders at drawn
times, whatever becomes of the ones before, until `stop`; it says `began` and `done`.
"""

import asyncio
import random
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import msgspec

from tests.flows.journal import Ack, Intent, Journal, Odd, Outcome, Rej, Unknown
from tests.flows.wire import NoAnswerError, Wire

#: Whatever happens, a load ends.
LOAD_S_MAX = 30.0
BURST_MAX = 16
PLAN_BYTES_MAX = 2**20
SYMBOLS = ("EURUSD", "EURUSD", "USDJPY")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send what; `traders` are accounts with the token of their owner."""

    port: int
    journal: str
    run: str
    seed: int
    traders: list[tuple[UUID, str]]


class LoadClient:
    """Draws orders and writes down what becomes of them."""

    def __init__(self, plan: Plan, journal: Journal) -> None:
        self._plan = plan
        self._journal = journal
        self._tokens = dict(plan.traders)
        self._rng = random.Random(plan.seed)
        self._turn = 0

    async def load(self, number: int, rate: float, lines: asyncio.StreamReader) -> None:
        """Send bursts until told to stop, then wait until each order has an outcome."""
        told, loop = asyncio.Event(), asyncio.get_running_loop()
        wire = Wire(self._plan.port)
        async with asyncio.TaskGroup() as orders:
            orders.create_task(_hear_stop(lines, told))
            due = loop.time()
            end = due + LOAD_S_MAX
            print("began", flush=True)  # noqa: T201 - the protocol's word
            for burst in self._bursts(number):
                self._journal.write(burst)
                for intent in burst:
                    orders.create_task(self._place(wire, intent))
                due += self._rng.expovariate(rate / len(burst))
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(min(due, end)):
                        await told.wait()
                if told.is_set() or loop.time() >= end:
                    break
        wire.close()

    def _bursts(self, number: int) -> Iterator[list[Intent]]:
        """Draw without end; accounts take turns, so that no two orders in flight share one."""
        count = 0
        while True:
            burst = []
            for _ in range(self._rng.randint(1, BURST_MAX)):
                count += 1
                burst.append(self._drawn(f"{self._plan.run}-{number}-{count}"))
            yield burst

    def _drawn(self, name: str) -> Intent:
        account, _ = self._plan.traders[self._turn % len(self._plan.traders)]
        self._turn += 1
        beyond_margin = self._rng.random() < 0.15
        return Intent(
            id=name,
            account=account,
            symbol=self._rng.choice(SYMBOLS),
            side=self._rng.choice(("buy", "sell")),
            quantity="9000000" if beyond_margin else str(self._rng.randint(1, 30) * 1_000),
        )

    async def _place(self, wire: Wire, intent: Intent) -> None:
        headers = intent.headers(self._tokens[intent.account])
        try:
            status, content = await wire.post(intent.path, headers, intent.body)
        except NoAnswerError as error:
            self._journal.write([Unknown(id=intent.id, why=str(error), sent=error.sent)])
        else:
            self._journal.write([outcome_of(intent.id, status, content)])


def outcome_of(name: str, status: int, content: bytes) -> Outcome:
    """Say what an answer tells the client."""
    answer = msgspec.json.decode(content)
    if status >= 500:
        return Unknown(id=name, why=f"{status} {answer['code']}", sent=True)
    if status == 201 and answer["state"] == "filled":
        return Ack(id=name, order_id=UUID(answer["id"]))
    if status == 201 and answer["state"] == "rejected":
        return Rej(id=name, order_id=UUID(answer["id"]), code=answer["reject"]["code"])
    return Odd(id=name, status=status, text=content.decode())


async def _hear_stop(lines: asyncio.StreamReader, told: asyncio.Event) -> None:
    line = await lines.readline()
    assert line == b"stop\n", line
    told.set()


async def main() -> None:
    lines = asyncio.StreamReader(limit=PLAN_BYTES_MAX)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    plan = msgspec.json.decode(await lines.readline(), type=Plan)
    with Journal(Path(plan.journal)) as journal:
        client = LoadClient(plan, journal)
        while line := await lines.readline():
            _, number, rate = line.split()
            await client.load(int(number), float(rate), lines)
            print("done", flush=True)  # noqa: T201 - the protocol's word


if __name__ == "__main__":
    asyncio.run(main())
