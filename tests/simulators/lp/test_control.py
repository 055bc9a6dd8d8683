"""The control door: what it answers, and what it refuses without changing anything."""

import asyncio

import pytest

from tests.simulators.lp.breakable import BreakableLp, quote
from tests.simulators.lp.raw_fix import RawClient


async def test_a_fault_begins_is_listed_and_ends(lp: BreakableLp) -> None:
    stale = {"name": "stale", "symbol": "EURUSD", "seconds": "0"}
    crossed = {"name": "crossed", "symbol": None, "points": "3", "seconds": "0"}
    assert await lp.ask("PUT", "/faults/stale", {"symbol": "EURUSD"}) == (200, stale)
    assert await lp.ask("PUT", "/faults/crossed", {"points": 3}) == (200, crossed)
    status, listed = await lp.ask("GET", "/faults")
    assert isinstance(listed, dict)
    assert (status, listed["active"]) == (200, [stale, crossed])
    assert listed["menu"][1] == {
        "name": "spike",
        "does": "the next `ticks` quotes are off by `percent`, then the fault is over",
        "scope": "symbol",
        "parameters": {"percent": "5", "ticks": "1"},
    }
    assert await lp.ask("DELETE", "/faults/stale?symbol=USDJPY") == (200, {"ended": 0})
    assert await lp.ask("DELETE", "/faults/stale?symbol=EURUSD") == (200, {"ended": 1})
    assert await lp.ask("DELETE", "/faults/crossed") == (200, {"ended": 1})
    assert lp.desk.faults == []


async def test_the_same_fault_of_one_symbol_begins_anew_and_of_two_works_twice(
    lp: BreakableLp,
) -> None:
    await lp.breaks("stale", symbol="EURUSD")
    await lp.breaks("stale", symbol="EURUSD", seconds="60")
    await lp.breaks("stale", symbol="USDJPY")
    assert [(each.symbol, each.parameters["seconds"]) for each in lp.desk.faults] == [
        ("EURUSD", "60"),
        ("USDJPY", "0"),
    ]
    assert await lp.ask("DELETE", "/faults/stale") == (200, {"ended": 2})


@pytest.mark.parametrize(
    ("method", "path", "document", "status"),
    [
        ("PUT", "/faults/explode", {}, 404),
        ("DELETE", "/faults/explode", None, 404),
        ("GET", "/nowhere", None, 404),
        ("POST", "/faults", {}, 404),
        ("GET", "/book/USDJPY", None, 404),
        ("PUT", "/faults/stale", {"percent": "5"}, 422),
        ("PUT", "/faults/spike", {"percent": "much"}, 422),
        ("PUT", "/faults/spike", {"percent": ["5"]}, 422),
        ("PUT", "/faults/gap", {"symbol": "EURUSD"}, 422),
        ("PUT", "/faults/stale", ["EURUSD"], 422),
        ("POST", "/ticks", {"symbol": "EURUSD"}, 422),
        ("POST", "/ticks", {"symbol": "NOSUCH", "bid": "1", "ask": "2"}, 422),
        ("POST", "/ticks", {"symbol": "EUR\x01USD", "bid": "1", "ask": "2"}, 422),
        ("POST", "/ticks", {"symbol": "EURUSD", "bid": "NaN", "ask": "2"}, 422),
        ("POST", "/ticks", {"symbol": "EURUSD", "bid": "1", "ask": "2", "bid_size": "-1"}, 422),
        ("POST", "/ticks", {"symbol": "EURUSD", "bid": "1", "ask": "2", "time": "noon"}, 422),
        ("POST", "/ticks", {"symbol": "EURUSD", "bid": "1", "ask": "2", "mood": "bad"}, 422),
    ],
)
async def test_what_it_does_not_know_is_refused_and_changes_nothing(
    lp: BreakableLp, method: str, path: str, document: object, status: int
) -> None:
    await lp.publish(quote())
    before = await lp.ask("GET", "/book/EURUSD")
    answered, said = await lp.ask(method, path, document)
    assert isinstance(said, dict)
    assert (answered, list(said)) == (status, ["error"])
    assert lp.desk.faults == []
    assert await lp.ask("GET", "/book/EURUSD") == before


@pytest.mark.parametrize(
    "request_text",
    [
        "nonsense\r\n\r\n",
        "GET /faults HTTP/1.1\r\nHost: evil.example:80\r\n\r\n",
        "POST /ticks HTTP/1.1\r\nOrigin: https://evil.example\r\n\r\n",
        "PUT /faults/stale HTTP/1.1\r\nContent-Length: 65537\r\n\r\n",
        "PUT /faults/stale HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        "PUT /faults/stale HTTP/1.1\r\n" + "x" * 140_000 + "\r\n\r\n",
    ],
    ids=["no request", "another host", "a web page", "long body", "no length", "long line"],
)
async def test_a_bad_request_is_refused_and_the_door_stays_open(
    lp: BreakableLp, request_text: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", lp.control_port)
    writer.write(request_text.encode())
    line = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    assert line == b"HTTP/1.1 400 Bad Request\r\n"
    assert await lp.ask("DELETE", "/faults/stale") == (200, {"ended": 0})


async def test_an_exact_quote_goes_past_the_faults(lp: BreakableLp, client: RawClient) -> None:
    await lp.breaks("stale")
    exact = {"symbol": "EURUSD", "bid": "1.0850", "ask": "1.08507", "bid_size": 250}
    status, book = await lp.ask("POST", "/ticks", {**exact, "time": "2024-01-05T14:00:00+01:00"})
    assert status == 201
    assert await lp.ask("GET", "/book/EURUSD") == (200, book)
    at = "272=20240105|273=13:00:00.000"
    assert await client.bodies(1) == [
        (
            f"35=X|268=2|279=1|269=0|55=EURUSD|270=1.08500|271=250|{at}"
            f"|279=1|269=1|55=EURUSD|270=1.08507|271=1000000|{at}"
        )
    ]


async def test_an_exact_quote_may_have_one_side(lp: BreakableLp, client: RawClient) -> None:
    sent = {"symbol": "EURUSD", "ask": "-1.5", "time": "2024-01-05T13:00:00Z"}
    assert (await lp.ask("POST", "/ticks", sent))[0] == 201
    at = "272=20240105|273=13:00:00.000"
    assert await client.bodies(1) == [
        f"35=X|268=2|279=2|269=0|55=EURUSD|{at}|279=1|269=1|55=EURUSD|270=-1.50000|271=1000000|{at}"
    ]
