"""GET /v1/symbols/{symbol}/candles: what a chart's vendor asks of a history."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.gateway.conftest import Api
from tests.services.marketdata.candle_world import (
    CandleWorld,
    Quoted,
    at,
    candle_world,
)
from tradewind.core.candles import Interval, start_of
from tradewind.core.ids import Symbol

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/v1/symbols/EURUSD/candles"
#: Each starts four minutes after the one before, so three of four minutes are gaps.
COUNT = 120
BEGIN = at("00:00:00")
END = BEGIN + timedelta(minutes=4 * COUNT)

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A gateway over the histories of some symbols."""

    api: Api
    world: CandleWorld

    async def items(
        self, interval: str = "1m", symbol: str = "EURUSD", **asked: str
    ) -> Sequence[Item]:
        path = f"/v1/symbols/{symbol}/candles"
        body = await self.api.get(path, interval=interval, **asked)
        assert body["next"] is None
        return body["items"]

    async def write(self, *ticks: Quoted) -> None:
        await self.world.write(*ticks)
        await self.world.make()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chart(shared_api: Api) -> AsyncIterator[Chart]:
    async with candle_world(shared_api.settings, END) as world:
        opened = Chart(api=shared_api, world=world)
        await opened.write(*history("EURUSD"))
        yield opened


def history(symbol: str) -> list[Quoted]:
    """Two ticks in every fourth minute of eight hours."""
    return [
        Quoted(
            symbol=symbol,
            time=BEGIN + timedelta(minutes=4 * number, seconds=20 * part),
            bid=str(Decimal(112_000 + number * 7 % 50 + part).scaleb(-5)),
            ask=str(Decimal(112_010 + number * 7 % 50 + part).scaleb(-5)),
        )
        for number in range(COUNT)
        for part in range(2)
    ]


def times(items: Sequence[Item]) -> list[str]:
    return [item["time"] for item in items]


def minute(number: int) -> str:
    return (BEGIN + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_a_candle_shows_the_prices_of_the_callers_group(chart: Chart) -> None:
    rules = chart.api.parts.markups._rules
    assert rules is not None
    [markup] = [m for m in rules.symbols[Symbol("EURUSD")].markups if m.group == "standard"]
    [first] = await chart.items(limit="1", **{"from": minute(0)})
    point = Decimal("0.00001")
    assert first == {
        "time": minute(0),
        "open": str(Decimal("1.12000") - markup.bid_points * point),
        "high": str(Decimal("1.12001") - markup.bid_points * point),
        "low": str(Decimal("1.12000") - markup.bid_points * point),
        "close": str(Decimal("1.12001") - markup.bid_points * point),
        "ticks": 2,
        "complete": True,
        "revision": 0,
    }
    [ask] = await chart.items(limit="1", side="ask", **{"from": minute(0)})
    assert ask["close"] == str(Decimal("1.12011") + markup.ask_points * point)
    [mid] = await chart.items(limit="1", side="mid", **{"from": minute(0)})
    assert (mid["open"], mid["close"]) == ("1.120050", "1.120060")


async def test_an_account_chooses_whose_prices_are_shown(chart: Chart) -> None:
    user = chart.api.users["client1"]
    shown = set()
    for account in user.accounts:
        [item] = await chart.items(limit="1", account_id=str(account.id))
        shown.add(item["close"])
    assert len(shown) > 1
    foreign = chart.api.account("client2")
    answer = await chart.api.client.get(
        PATH,
        params={"interval": "1m", "account_id": foreign},
        headers=await chart.api.as_user("client1"),
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")


async def test_the_last_price_of_the_running_candle_is_the_price_on_the_screen(
    chart: Chart,
) -> None:
    rules = chart.api.parts.markups._rules
    assert rules is not None
    last = (await chart.items())[-1]
    bbo = chart.world.written[-1]
    [markup] = [m for m in rules.symbols[Symbol("EURUSD")].markups if m.group == "standard"]
    assert Decimal(last["close"]) == Decimal(bbo.bid or 0) - markup.bid_points * Decimal("0.00001")


async def test_the_same_question_has_the_same_answer(chart: Chart) -> None:
    asked = {"from": minute(0), "to": minute(400)}
    assert await chart.items(**asked) == await chart.items(**asked)


async def test_several_short_questions_equal_a_long_one(chart: Chart) -> None:
    whole = await chart.items(limit="5000", **{"from": minute(0), "to": minute(480)})
    assert len(whole) == COUNT
    parts: list[Item] = []
    for begin in range(0, 480, 37):
        until = min(begin + 37, 480)
        parts += await chart.items(**{"from": minute(begin), "to": minute(until)})
    assert parts == list(whole)


async def test_pages_from_the_left_meet_pages_from_the_right(chart: Chart) -> None:
    whole = await chart.items(limit="5000", **{"from": minute(0)})
    onwards: list[Item] = []
    begin = minute(0)
    while page := await chart.items(limit="17", **{"from": begin}):
        onwards += page
        begin = page[-1]["time"].replace(":00Z", ":00.000001Z")
    backwards: list[Item] = []
    until = minute(1000)
    while page := await chart.items(limit="17", to=until):
        backwards = [*page, *backwards]
        until = page[0]["time"]
    assert onwards == backwards == list(whole)


async def test_only_from_begins_at_the_left_and_only_to_ends_at_the_right(chart: Chart) -> None:
    assert times(await chart.items(limit="3", **{"from": minute(8)})) == [
        minute(8), minute(12), minute(16),
    ]  # fmt: skip
    assert times(await chart.items(limit="3", to=minute(16))) == [minute(4), minute(8), minute(12)]
    assert times(await chart.items(limit="2")) == [minute(472), minute(476)]
    assert times(await chart.items(limit="2", **{"from": minute(8), "to": minute(40)})) == [
        minute(8), minute(12),
    ]  # fmt: skip


async def test_without_a_limit_at_most_five_hundred_come(chart: Chart) -> None:
    symbol = "AUDUSD"
    await chart.write(*[
        Quoted(symbol=symbol, time=END + timedelta(seconds=n), bid="1.12", ask="1.13")
        for n in range(600)
    ])  # fmt: skip
    assert len(await chart.items("1s", symbol)) == 500
    assert len(await chart.items("1s", symbol, limit="5000")) == 600


async def test_a_gap_has_no_candle(chart: Chart) -> None:
    assert await chart.items(**{"from": minute(1), "to": minute(4)}) == []


@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param("2026-03-02T00:08:00Z", "2026-03-02T00:08:00Z", id="from-equals-to"),
        pytest.param("2031-01-01T00:00:00Z", "2031-02-01T00:00:00Z", id="future"),
        pytest.param("1995-01-01T00:00:00Z", "1996-01-01T00:00:00Z", id="before-the-first"),
        pytest.param("1001-01-01T00:00:00Z", "1001-01-02T00:00:00Z", id="a-thousand-years-ago"),
    ],
)
async def test_a_range_that_holds_nothing_is_an_empty_list(
    chart: Chart, since: str, until: str
) -> None:
    assert await chart.items(**{"from": since, "to": until}) == []


async def test_beyond_the_left_edge_there_is_nothing_more(chart: Chart) -> None:
    assert await chart.items(to=minute(0)) == []
    assert times(await chart.items(limit="500", to=minute(8))) == [minute(0), minute(4)]


async def test_an_offset_is_understood(chart: Chart) -> None:
    there = {"from": "2026-03-02T03:00:00+03:00", "to": "2026-03-01T19:04:00-05:00"}
    assert times(await chart.items(**there)) == [minute(0)]


async def test_days_equal_folded_minutes(chart: Chart) -> None:
    minutes = await chart.items(limit="5000", **{"from": minute(0)})
    [day] = await chart.items("1d")
    assert day["time"] == start_of(Interval.ONE_DAY, BEGIN).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (day["open"], day["close"]) == (minutes[0]["open"], minutes[-1]["close"])
    assert day["high"] == max(item["high"] for item in minutes)
    assert day["low"] == min(item["low"] for item in minutes)
    assert day["ticks"] == sum(item["ticks"] for item in minutes)


async def test_the_running_candle_is_there_and_not_complete(chart: Chart) -> None:
    symbol = "GBPUSD"
    await chart.write(*history(symbol))
    # The tick comes now, whenever that is: the symbol's time goes on from it.
    chart.world.clock.at = chart.api.clock.now()
    await chart.write(Quoted(symbol=symbol, time=END, bid="1.12", ask="1.13"))
    before, running = await chart.items("1m", symbol, limit="2")
    assert (before["complete"], running["complete"]) == (True, False)
    chart.api.clock.ahead = timedelta(seconds=70)
    [ended] = await chart.items("1m", symbol, limit="1")
    chart.api.clock.ahead, chart.world.clock.at = timedelta(0), END
    assert ended == {**running, "complete": True}


async def test_history_changes_by_corrections_alone(chart: Chart) -> None:
    symbol = "USDCHF"
    await chart.write(*history(symbol))
    before = await chart.items("1m", symbol)
    await chart.write(Quoted(symbol=symbol, time=END, bid="1.12", ask="1.13"))
    assert (await chart.items("1m", symbol))[:-1] == before
    late = BEGIN + timedelta(minutes=8, seconds=30)
    await chart.write(Quoted(symbol=symbol, time=late, bid="1.30", ask="1.31"))
    after = (await chart.items("1m", symbol))[:-1]
    [(old, new)] = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert (old["time"], old["revision"], new["revision"]) == (minute(8), 0, 1)


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"interval": "2m"}, "interval", "enum"),
        ({"interval": "1M "}, "interval", "enum"),
        ({}, "interval", "required"),
        ({"interval": "1m", "side": "last"}, "side", "enum"),
        ({"interval": "1m", "limit": "0"}, "limit", "greater_than_equal"),
        ({"interval": "1m", "limit": "5001"}, "limit", "less_than_equal"),
        ({"interval": "1m", "limit": "1e3"}, "limit", "int_parsing"),
        ({"interval": "1m", "from": "yesterday"}, "from", "invalid_time"),
        ({"interval": "1m", "from": "1577836800"}, "from", "invalid_time"),
        ({"interval": "1m", "to": "2026-03-02T00:00:00"}, "to", "invalid_time"),
        ({"interval": "1m", "to": "2026-02-30T00:00:00Z"}, "to", "invalid_time"),
        ({"interval": "1m", "to": "9999-12-31T23:59:59-12:00"}, "to", "invalid_time"),
        (
            {"interval": "1m", "from": "2026-03-02T00:00:01Z", "to": "2026-03-02T00:00:00Z"},
            "to",
            "invalid_range",
        ),
        ({"interval": "1m", "after": "x"}, "after", "unknown_field"),
    ],
)
async def test_a_bad_question_names_its_field(
    chart: Chart, asked: Mapping[str, str], field: str, code: str
) -> None:
    answer = await chart.api.client.get(
        PATH, params=asked, headers=await chart.api.as_user("client1")
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)


async def test_an_unknown_symbol_is_not_found(chart: Chart) -> None:
    answer = await chart.api.client.get(
        "/v1/symbols/NOSUCH/candles",
        params={"interval": "1m"},
        headers=await chart.api.as_user("client1"),
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "symbol_not_found")


async def test_without_a_token_nothing_is_shown(chart: Chart) -> None:
    answer = await chart.api.client.get(PATH, params={"interval": "1m"})
    assert answer.status_code == 401
