"""Faults of subscriptions and of whole sessions, and clients that do not keep up."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from tests.simulators.lp.breakable import BreakableLp, quote, told
from tests.simulators.lp.raw_fix import DEADLINE_S, RawClient, connected
from tradewind.simulators.lp import session

WHOLE = (
    "35=W|55=EURUSD|268=2"
    "|269=0|270=1.10000|271=1000000|272=20240105|273=12:30:45.125"
    "|269=1|270=1.10010|271=2000000|272=20240105|273=12:30:45.125"
)
EMPTY = "35=W|55=EURUSD|268=0"
UNKNOWN = "35=Y|281=0|58=unknown symbol EURUSD"
LOGGED_OUT = "35=5|58=logged out by a fault"


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not await condition():
            await asyncio.sleep(0.005)


async def test_an_empty_snapshot_clears_the_book_until_the_fault_ends(
    lp: BreakableLp, client: RawClient
) -> None:
    await lp.breaks("empty_snapshot", symbol="EURUSD")
    await lp.publish(quote(110_001, 110_011, 1))
    await client.subscribe("EURUSD")
    assert await client.bodies(2) == [EMPTY, EMPTY]
    await lp.mends("empty_snapshot")
    await lp.publish(quote())
    await lp.publish(quote())
    assert await client.bodies(2) == [WHOLE, told()]


async def test_an_unknown_symbol_ends_subscriptions_and_refuses_new_ones(
    lp: BreakableLp, client: RawClient
) -> None:
    await lp.breaks("unknown_symbol", symbol="EURUSD")
    await client.subscribe("EURUSD")
    rejects = await client.take(2)
    assert [(each.body, each.get(262)) for each in rejects] == [(UNKNOWN, "r1")] * 2
    await lp.publish(quote(110_001, 110_011, 1))
    await lp.mends("unknown_symbol")
    await lp.publish(quote(110_002, 110_012, 2))
    await client.subscribe("EURUSD", kind=0)
    answer = (await client.take(1))[0]
    assert (answer.kind, answer.entries[0][270]) == ("W", "1.10002")


async def test_a_gap_loses_messages_and_their_numbers_and_is_filled_without_them(
    lp: BreakableLp, client: RawClient
) -> None:
    await lp.publish(quote())
    before = (await client.take(1))[0].number
    await lp.breaks("gap", seconds="0")
    for _ in range(3):
        await lp.publish(quote(110_001, 110_011, 1))
    await until(lambda: is_written(lp))
    await lp.mends("gap")
    await lp.publish(quote())
    after = (await client.take(1))[0]
    assert (after.body, after.number) == (told(), before + 4)
    await client.send("2", f"7={before + 1}", "16=0")
    fill = (await client.take(1))[0]
    assert (fill.kind, fill.number, fill.get(123)) == ("4", before + 1, "Y")
    assert fill.get(36) == str(after.number + 1)
    await lp.publish(quote())
    assert (await client.take(1))[0].number == after.number + 1


async def is_written(lp: BreakableLp) -> bool:
    """Tell whether no message waits to be written."""
    return not any(lp.server.waiting())


async def test_a_fault_with_a_time_ends_by_itself(lp: BreakableLp, client: RawClient) -> None:
    await lp.breaks("gap", seconds="0.1")
    await until(lambda: nothing_is_broken(lp))
    await lp.publish(quote())
    assert await client.bodies(1) == [told()]


async def nothing_is_broken(lp: BreakableLp) -> bool:
    return not lp.desk.faults


async def test_a_flood_adds_exactly_its_rate_times_its_time(
    lp: BreakableLp, client: RawClient
) -> None:
    await lp.breaks("flood", symbol="EURUSD", ticks_per_second="2000", seconds="0.5")
    up = told({"bid": "1.10001", "ask": "1.10011"})
    assert await client.bodies(1_000) == [told(), up] * 500
    await until(lambda: nothing_is_broken(lp))
    await lp.publish(quote(110_002, 110_012))
    assert await client.bodies(1) == [told({"bid": "1.10002", "ask": "1.10012"})]


async def test_a_logout_ends_every_session_and_refuses_logons_for_its_time(
    lp: BreakableLp, client: RawClient
) -> None:
    async with connected(lp.port, "LP-TEST-TRADE", "TRADEWIND") as trading:
        await trading.log_on()
        await lp.breaks("logout", seconds="0.8")
        assert await client.bodies(1) == [LOGGED_OUT]
        assert await trading.bodies(1) == [LOGGED_OUT]
        assert await client.is_closed()
        assert await trading.is_closed()
    async with connected(lp.port) as early:
        await early.send("A", "98=0", "108=60", "141=Y")
        assert await early.is_closed()
    await until(lambda: nothing_is_broken(lp))
    async with connected(lp.port) as late:
        await late.log_on()


async def test_a_flapping_lp_goes_down_and_comes_up_again(
    lp: BreakableLp, client: RawClient
) -> None:
    await lp.breaks("flap", times_per_minute="60")
    assert await client.bodies(1) == [LOGGED_OUT]
    for _ in range(2):
        await until(lambda: is_up(lp))
        async with connected(lp.port) as again:
            await again.log_on()
            assert await again.bodies(1) == [LOGGED_OUT]


async def is_up(lp: BreakableLp) -> bool:
    async with connected(lp.port, name="PROBE") as probe:
        await probe.send("A", "98=0", "108=60", "141=Y")
        return not await probe.is_closed()


async def test_a_client_that_does_not_read_is_logged_out_and_holds_nobody_up(
    lp: BreakableLp, client: RawClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "SEND_TIMEOUT_S", 0.2)
    monkeypatch.setattr(session, "LOGOUT_WAIT_S", 0.1)
    monkeypatch.setattr(session, "QUEUE_MAX", 2_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", lp.port)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    slow = RawClient(reader=reader, writer=writer, name="SLOW", target="LP-TEST-MD")
    await slow.log_on()
    await slow.subscribe("EURUSD", depth=0, refresh=0)
    await slow.receive()
    waiting: list[int] = []
    async with asyncio.timeout(DEADLINE_S):
        while len(lp.server.waiting()) == 2:
            await lp.publish(*[quote()] * 200)
            assert await client.bodies(200) == [told()] * 200
            waiting += lp.server.waiting()
    assert max(waiting) <= 2_000
    writer.transport.abort()
    async with connected(lp.port, name="SLOW") as again:
        await again.log_on()


async def test_a_session_that_overflows_its_queue_is_told_why(
    lp: BreakableLp, client: RawClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "QUEUE_MAX", 100)
    await lp.publish(*[quote()] * 101)
    assert await client.bodies(1) == ["35=5|58=too slow: messages were waiting"]
    assert await client.is_closed()
    assert lp.server.waiting() == []
