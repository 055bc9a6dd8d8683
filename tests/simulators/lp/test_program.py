"""The simulator as a process: its command line, its doors, and full books at a high rate."""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.simulators.lp.breakable import asked
from tests.simulators.lp.client_book import ClientBook
from tests.simulators.lp.raw_fix import DEADLINE_S, Received, connected
from tradewind.simulators.lp.instruments import INSTRUMENTS

SERVES = "lp_simulator_serves"
COMMAND = (sys.executable, "-m", "tradewind.processes.lp_simulator", "--name", "lp-test")


@asynccontextmanager
async def simulator(*options: str) -> AsyncIterator[dict[str, int]]:
    """Run one; gives the ports it says it listens on."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--port", "0", *options, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(DEADLINE_S):
            while (line := json.loads(await process.stderr.readline()))["event"] != SERVES:
                pass
        yield {name: line[name] for name in line if name.endswith("port")}
    finally:
        process.terminate()
        await asyncio.wait_for(process.communicate(), DEADLINE_S)


async def test_faults_can_be_given_at_the_start_and_ended_at_the_door() -> None:
    options = ("--control-port", "0", "--fault", "crossed:EURUSD", "--fault", "stale:USDJPY")
    async with simulator(*options, "--ticks-per-second", "300") as ports:
        control = ports["control_port"]
        _, listed = await asyncio.to_thread(asked, control, "GET", "/faults")
        assert isinstance(listed, dict)
        begun = [(each["name"], each["symbol"]) for each in listed["active"]]
        assert begun == [("crossed", "EURUSD"), ("stale", "USDJPY")]
        async with connected(ports["port"]) as client:
            await client.log_on()
            await client.subscribe("EURUSD", "USDJPY")
            first, second, *updates = await client.take(6)
            assert (first.get(55), second.body) == ("EURUSD", "35=W|55=USDJPY|268=0")
            assert all(is_crossed(update) for update in updates)
            ended = await asyncio.to_thread(asked, control, "DELETE", "/faults/crossed")
            assert ended == (200, {"ended": 1})
            async with asyncio.timeout(DEADLINE_S):
                while is_crossed((await client.take(1))[0]):
                    pass


def is_crossed(message: Received) -> bool:
    assert message.get(55) == "EURUSD"
    bid, ask = (entry[270] for entry in message.entries)
    return float(bid) >= float(ask)


async def test_without_a_control_port_there_is_no_door() -> None:
    async with simulator() as ports:
        assert set(ports) == {"port", "metrics_port"}


async def test_a_fault_that_is_not_on_the_menu_stops_the_start() -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--port", "0", "--fault", "explode", stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 2
    assert b"no fault 'explode'" in said


async def test_recordings_are_sent_with_the_time_of_now_and_the_time_they_were_made(
    tmp_path: Path,
) -> None:
    first = datetime(2020, 1, 1, 22, tzinfo=UTC)
    files = [tmp_path / "eurusd-a.csv", tmp_path / "usdjpy-a.csv"]
    for path in files:
        rows = [f"{(first + timedelta(seconds=n)).isoformat()},1.{n:03d},1.5\n" for n in range(500)]
        path.write_text("time,bid,ask\n" + "".join(rows), "utf-8")
    options = ("--replay", *map(str, files), "--speed", "max", "--loop")
    async with simulator(*options) as ports, connected(ports["port"]) as client:
        await client.log_on()
        await client.subscribe("EURUSD", "USDJPY")
        messages = await client.take(4_000)
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for message in messages:
        sent = datetime.strptime(message.get(52), "%Y%m%d-%H:%M:%S.%f").replace(tzinfo=UTC)
        assert abs(datetime.now(UTC) - sent) < timedelta(seconds=60)
        if message.entries:
            made = f"{message.entries[0][272]}-{message.entries[0][273]}"
            at = datetime.strptime(made, "%Y%m%d-%H:%M:%S.%f").replace(tzinfo=UTC)
            times[message.get(55)].append(at)
    for made_at in times.values():
        expected = [
            first + timedelta(days=number // 500, seconds=number % 500)
            for number in range(len(made_at))
        ]
        assert made_at == expected
    assert set(times) == {"EURUSD", "USDJPY"}


@pytest.mark.parametrize("seed", ["1", "2"])
async def test_all_full_books_stay_right_at_a_high_rate(seed: str) -> None:
    options = ("--control-port", "0", "--ticks-per-second", "3000", "--seed", seed)
    books: defaultdict[str, ClientBook] = defaultdict(ClientBook)
    async with simulator(*options) as ports, connected(ports["port"]) as client:
        await client.log_on()
        await client.subscribe(*INSTRUMENTS, depth=0)
        for message in await client.take(3_000):
            books[message.get(55)].take(message)
        await asyncio.to_thread(asked, ports["control_port"], "PUT", "/faults/stale", {})
        # What was queued before the silence ends with the answer to this.
        await client.subscribe("NOSUCH")
        while (message := (await client.take(1))[0]).kind != "Y":
            books[message.get(55)].take(message)
        for symbol in INSTRUMENTS:
            path = f"/book/{symbol}"
            told = await asyncio.to_thread(asked, ports["control_port"], "GET", path)
            assert told == (200, books[symbol].document(symbol))
