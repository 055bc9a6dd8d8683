"""Each fault that spoils quotes, as its bytes reach a client."""

import pytest

from tests.simulators.lp.breakable import BreakableLp, quote, told
from tests.simulators.lp.raw_fix import RawClient, connected

FIRST_AT, SECOND_AT = "272=20240105|273=12:30:46.125", "272=20240105|273=12:30:47.125"
#: What the quotes of one and of two seconds later are when nothing is broken.
FIRST = {"bid": "1.10001", "ask": "1.10011", "time": "12:30:46.125"}
SECOND = {"bid": "1.10002", "ask": "1.10012", "time": "12:30:47.125"}
THIRD = {"bid": "1.10003", "ask": "1.10013", "time": "12:30:48.125"}


def first(**changed: str) -> str:
    return told({**FIRST, **changed})


def second(**changed: str) -> str:
    return told({**SECOND, **changed})


def bid_alone(action: int, price: str, at: str) -> str:
    return f"279={action}|269=0|55=EURUSD|270={price}|271=1000000|{at}"


def ask_alone(action: int, price: str, at: str) -> str:
    return f"279={action}|269=1|55=EURUSD|270={price}|271=2000000|{at}"


def stray(bid: str, ask: str, at: str) -> str:
    entries = f"269=0|270={bid}|271=1000000|{at}|269=1|270={ask}|271=2000000|{at}"
    return f"35=W|55=EURUSD.STRAY|268=2|{entries}"


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("stale", {}, []),
        ("spike", {"percent": "5"}, [first(bid="1.15501", ask="1.15512"), second()]),
        (
            "spike",
            {"percent": "-50", "ticks": "2"},
            [first(bid="0.55000", ask="0.55006"), second(bid="0.55001", ask="0.55006")],
        ),
        ("crossed", {}, [first(bid="1.10012"), second(bid="1.10013")]),
        ("crossed", {"points": "0"}, [first(bid="1.10011"), second(bid="1.10012")]),
        (
            "cross_composite",
            {},
            [first(bid="1.10031", ask="1.10041"), second(bid="1.10032", ask="1.10042")],
        ),
        ("frozen", {}, [first(), first(time="12:30:47.125")]),
        (
            "wrong_scale",
            {},
            [first(bid="110.00100", ask="110.01100"), second(bid="110.00200", ask="110.01200")],
        ),
        (
            "wrong_scale",
            {"factor": "0.01"},
            [first(bid="0.0110001", ask="0.0110011"), second(bid="0.0110002", ask="0.0110012")],
        ),
        ("out_of_order", {}, [second(), first()]),
        ("future_time", {}, [first(time="12:30:51.125"), second(time="12:30:52.125")]),
        ("past_time", {}, [first(time="12:30:36.125"), second(time="12:30:37.125")]),
        ("duplicate", {}, [first(), first(), second(), second()]),
        (
            "negative_price",
            {},
            [first(bid="-1.10011", ask="-1.10001"), second(bid="-1.10012", ask="-1.10002")],
        ),
        (
            "zero_price",
            {},
            [first(bid="0.00000", ask="0.00000"), second(bid="0.00000", ask="0.00000")],
        ),
        ("nan_price", {}, [first(bid="NaN", ask="NaN"), second(bid="NaN", ask="NaN")]),
        (
            "nan_price",
            {"text": "1e30"},
            [first(bid="1e30", ask="1e30"), second(bid="1e30", ask="1e30")],
        ),
        (
            "stray_symbol",
            {},
            [
                first(),
                stray("1.10001", "1.10011", FIRST_AT),
                second(),
                stray("1.10002", "1.10012", SECOND_AT),
            ],
        ),
    ],
)
async def test_a_fault_spoils_quotes_until_it_is_ended(
    lp: BreakableLp,
    client: RawClient,
    name: str,
    parameters: dict[str, str],
    expected: list[str],
) -> None:
    await lp.breaks(name, symbol="EURUSD", **parameters)
    await lp.publish(quote(110_001, 110_011, 1))
    await lp.publish(quote(110_002, 110_012, 2))
    await lp.ask("DELETE", f"/faults/{name}")
    await lp.publish(quote(110_003, 110_013, 3))
    messages = await client.take(len(expected) + 1)
    assert [message.body for message in messages] == [*expected, told(THIRD)]
    # The session itself is sound: no number is missing and none is used twice.
    assert [message.number for message in messages] == list(range(3, 4 + len(expected)))


@pytest.mark.parametrize("missing", ["ask", "bid"])
async def test_a_missing_side_is_deleted_once_and_comes_back_as_new(
    lp: BreakableLp, client: RawClient, missing: str
) -> None:
    await lp.breaks("one_sided", symbol="EURUSD", missing=missing)
    await lp.publish(quote(110_001, 110_011, 1))
    await lp.publish(quote(110_002, 110_012, 2))
    await lp.mends("one_sided")
    await lp.publish(quote(110_003, 110_013, 3))
    third_at = "272=20240105|273=12:30:48.125"
    if missing == "ask":
        gone, left = f"279=2|269=1|55=EURUSD|{FIRST_AT}", bid_alone(1, "1.10001", FIRST_AT)
        alone = bid_alone(1, "1.10002", SECOND_AT)
        back = f"{bid_alone(1, '1.10003', third_at)}|{ask_alone(0, '1.10013', third_at)}"
    else:
        gone, left = f"279=2|269=0|55=EURUSD|{FIRST_AT}", ask_alone(1, "1.10011", FIRST_AT)
        alone = ask_alone(1, "1.10012", SECOND_AT)
        back = f"{bid_alone(0, '1.10003', third_at)}|{ask_alone(1, '1.10013', third_at)}"
    assert await client.bodies(3) == [
        f"35=X|268=2|{gone}|{left}",
        f"35=X|268=1|{alone}",
        f"35=X|268=2|{back}",
    ]


async def test_a_fault_of_one_symbol_leaves_the_others_alone(
    lp: BreakableLp, client: RawClient
) -> None:
    await lp.breaks("stale", symbol="USDJPY")
    await lp.publish(quote(110_001, 110_011, 1))
    assert await client.bodies(1) == [first()]


async def test_a_fault_without_a_symbol_breaks_all(lp: BreakableLp, client: RawClient) -> None:
    await lp.breaks("crossed")
    await lp.publish(quote(110_001, 110_011, 1))
    assert await client.bodies(1) == [first(bid="1.10012")]


async def test_a_spike_waits_for_somebody_to_see_it(lp: BreakableLp) -> None:
    await lp.breaks("spike", symbol="EURUSD")
    await lp.publish(quote())
    assert len(lp.desk.faults) == 1


async def test_faults_work_on_top_of_each_other_in_the_order_they_began(
    lp: BreakableLp, client: RawClient
) -> None:
    await lp.breaks("crossed", symbol="EURUSD")
    await lp.breaks("duplicate", symbol="EURUSD", copies="3")
    await lp.publish(quote(110_001, 110_011, 1))
    assert await client.bodies(3) == [first(bid="1.10012")] * 3


async def test_a_stale_symbol_leaves_the_session_alive(lp: BreakableLp) -> None:
    await lp.publish(quote())
    async with connected(lp.port, name="BEATS") as client:
        await client.log_on(heartbeat_s=1)
        await client.subscribe("EURUSD")
        assert (await client.receive()).kind == "W"
        await lp.breaks("stale", symbol="EURUSD")
        await lp.publish(quote(110_001, 110_011, 1))
        assert (await client.receive()).kind == "0"
