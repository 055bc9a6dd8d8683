from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from tests.services.marketdata.world import BEGINNING, Store, moving, quote, tick
from tradewind.contracts.ticks import (
    QUARANTINE_FIELD,
    QUARANTINE_KEY,
    RING_FIELD,
    RING_PREFIX,
    QuarantinedQuote,
)
from tradewind.infra.leases import LeaseLost, acquire
from tradewind.services.marketdata.writer import (
    BATCH_ENTRIES_MAX,
    QUARANTINE_ROWS_MAX,
    in_shard,
    shard_lease,
)

ONE, TWO = "lp-one", "lp-two"
BID = Decimal("1.10000")


async def test_each_quote_is_a_raw_tick_once_and_each_changed_bbo_a_row(store: Store) -> None:
    first, second = quote(ONE, BID, BEGINNING), quote(TWO, BID - 1, BEGINNING)
    better = quote(TWO, BID + Decimal("0.00003"), BEGINNING + timedelta(seconds=1))
    await store.publish(
        [
            tick(1, [first]),
            tick(2, [first, second]),  # the best ask is new, the first quote is not
            tick(3, [first, second]),  # pricing says it again: nothing is new
            tick(4, [first, better]),
            tick(5, []),
        ]
    )
    writer = store.writer()
    await writer.write(await store.lease())

    raw = await store.admin.fetch(
        "SELECT lp, bid, ask, bid_size, lp_time, received_at FROM lp_tick ORDER BY received_at, lp"
    )
    assert [tuple(row) for row in raw] == [
        (each.lp, each.bid, each.ask, each.bid_size, each.lp_time, each.received_at)
        for each in (first, second, better)
    ]
    bbo = await store.admin.fetch(
        "SELECT seq, bid, ask, tradable, reason FROM bbo_tick ORDER BY seq"
    )
    assert [tuple(row) for row in bbo] == [
        (1, first.bid, first.ask, True, None),
        (2, first.bid, second.ask, True, None),
        (4, better.bid, first.ask, True, None),
        (5, None, None, False, "no_quote"),
    ]
    assert writer.metric("tradewind_tick_rows_written_total", table="lp_tick") == 3
    assert writer.metric("tradewind_tick_rows_written_total", table="bbo_tick") == 4
    assert writer.metric("tradewind_ticks_lost_total", symbol="EURUSD") == 0


async def test_the_next_writer_goes_on_where_the_last_one_stopped(store: Store) -> None:
    idle = quote(TWO, BID, BEGINNING)
    await store.publish(tick(seq, [*moving(seq).quotes, idle]) for seq in range(1, 101))
    lease = await store.lease()
    await store.writer().write(lease)
    await store.publish(tick(seq, [*moving(seq).quotes, idle]) for seq in range(101, 201))
    next_writer = store.writer()
    await next_writer.write(lease)
    await next_writer.write(lease)
    assert await store.count("lp_tick") == 201
    assert await store.sequences("EURUSD") == list(range(1, 201))
    assert next_writer.metric("tradewind_ticks_lost_total", symbol="EURUSD") == 0


async def test_ticks_that_left_the_ring_are_counted_one_by_one(store: Store) -> None:
    await store.publish(moving(seq) for seq in range(1, 11))
    lease = await store.lease()
    writer = store.writer()
    await writer.write(lease)
    await store.publish(moving(seq) for seq in range(11, 41))
    await store.redis.xtrim(RING_PREFIX + "EURUSD", maxlen=20, approximate=False)
    await store.publish(moving(seq, epoch=2) for seq in range(4, 6))
    await writer.write(lease)
    written = await store.admin.fetch("SELECT epoch, seq FROM bbo_tick ORDER BY epoch, seq")
    assert [tuple(row) for row in written] == [
        *((1, seq) for seq in (*range(1, 11), *range(21, 41))),
        *((2, seq) for seq in (4, 5)),
    ]
    # 11 to 20 were trimmed, 1 to 3 of the next epoch never came.
    assert writer.metric("tradewind_ticks_lost_total", symbol="EURUSD") == 10 + 3


async def test_a_tick_of_a_pricing_process_that_lost_its_lease_is_not_written(store: Store) -> None:
    await store.publish([moving(1, epoch=2), moving(7, epoch=1), moving(2, epoch=2)])
    writer = store.writer()
    await writer.write(await store.lease())
    assert await store.sequences("EURUSD") == [1, 2]
    assert writer.metric("tradewind_ticks_skipped_total", reason="overtaken") == 1
    assert writer.metric("tradewind_ticks_lost_total", symbol="EURUSD") == 0


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"[1]", b'{"symbol":"EURUSD"', msgspec.json.encode(moving(9)) + b"x"]
)
async def test_an_entry_that_cannot_be_read_stops_nothing(store: Store, payload: bytes) -> None:
    await store.publish([moving(1)])
    await store.redis.xadd(RING_PREFIX + "EURUSD", {RING_FIELD: payload})
    await store.redis.xadd(RING_PREFIX + "USDJPY", {RING_FIELD: msgspec.json.encode(moving(1))})
    await store.publish([moving(2)])
    writer = store.writer()
    await writer.write(await store.lease())
    assert await store.sequences("EURUSD") == [1, 2]
    assert await store.count("bbo_tick") == 2
    assert writer.metric("tradewind_ticks_skipped_total", reason="unreadable") == 2


async def test_a_writer_whose_lease_was_taken_writes_nothing(store: Store) -> None:
    await store.publish([moving(1)])
    lease = await store.lease()
    await lease.release()
    successor = await acquire(store.pool, shard_lease(0, 1), "successor")
    with pytest.raises(LeaseLost):
        await store.writer().write(lease)
    assert await store.count("bbo_tick") == 0
    assert await store.admin.fetchval("SELECT entry FROM tick_position LIMIT 1") == "0-0"
    await store.writer().write(successor)
    assert await store.sequences("EURUSD") == [1]


async def test_writers_that_disagree_about_the_shards_do_not_write_twice(store: Store) -> None:
    await store.publish([moving(1)])
    slow, fast = store.writer(), store.writer((1, 3))
    assert in_shard("EURUSD", 1, 3)
    lease = await store.lease()
    await slow.writer.follow_configuration()
    await fast.write(await store.lease((1, 3)))
    await store.publish([moving(2)])
    with pytest.raises(LeaseLost, match="another tick writer"):
        await slow.write(lease)
    assert await store.sequences("EURUSD") == [1]


@pytest.mark.parametrize("shards", [1, 2, 5])
def test_every_symbol_belongs_to_one_shard(shards: int) -> None:
    for symbol in ("EURUSD", "USDJPY", "XAUUSD", "BTCUSD", "US500"):
        assert [in_shard(symbol, shard, shards) for shard in range(shards)].count(True) == 1


NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recorded", "replays", "kept_at"),
    [
        (datetime(2013, 1, 1, 22, 0, 0, 295_000, tzinfo=UTC), False, "recorded"),
        (NOW - timedelta(hours=20), True, "recorded"),
        (NOW - timedelta(hours=20), False, "now"),
    ],
    ids=["years ago", "this morning, by an LP that replays", "an LP whose clock is wrong"],
)
async def test_a_replayed_tick_is_kept_at_its_recorded_time(
    store: Store, recorded: datetime, replays: bool, kept_at: str
) -> None:
    await store.add_lp(ONE, replays=replays)
    await store.publish([tick(1, [quote(ONE, BID, NOW, lp_time=recorded)], at=NOW)])
    await store.writer().write(await store.lease())
    time = recorded if kept_at == "recorded" else NOW
    bbo = await store.admin.fetch("SELECT time, tableoid::regclass::text FROM bbo_tick")
    assert [tuple(row) for row in bbo] == [(time, f"bbo_tick_{time:%Y%m%d}")]
    raw = await store.admin.fetch("SELECT lp_time, tableoid::regclass::text FROM lp_tick")
    assert [tuple(row) for row in raw] == [(recorded, "lp_tick_20261124")]


async def test_quarantined_quotes_are_kept_up_to_a_bound_and_the_rest_counted(store: Store) -> None:
    def quarantined(number: int) -> QuarantinedQuote:
        return QuarantinedQuote(
            symbol="EURUSD",
            lp=ONE,
            reason="crossed",
            bid=BID,
            ask=None,
            lp_time=BEGINNING,
            received_at=BEGINNING + timedelta(milliseconds=number),
            raw="35=W\0" + "x" * 5_000,
        )

    for number in range(QUARANTINE_ROWS_MAX + 7):
        payload = msgspec.json.encode(quarantined(number))
        await store.redis.xadd(QUARANTINE_KEY, {QUARANTINE_FIELD: payload})
    writer, lease = store.writer(), await store.lease()
    await writer.write(lease)
    await writer.write(lease)
    rows = await store.admin.fetch("SELECT reason, bid, ask, raw FROM quote_quarantine")
    assert len(rows) == QUARANTINE_ROWS_MAX
    assert {(row["reason"], row["bid"], row["ask"]) for row in rows} == {("crossed", BID, None)}
    assert {row["raw"] for row in rows} == {"35=W\ufffd" + "x" * 995}
    assert writer.metric("tradewind_ticks_skipped_total", reason="quarantine_full") == 7


async def test_a_full_ring_is_written_in_batches_of_a_bounded_size(store: Store) -> None:
    count = 2 * BATCH_ENTRIES_MAX // 3
    await store.publish(moving(seq) for seq in range(1, count + 1))
    await store.publish(moving(seq, symbol="USDJPY") for seq in range(1, count + 1))
    writer = store.writer()
    await writer.write(await store.lease())
    assert await store.count("bbo_tick") == 2 * count
    assert writer.metric("tradewind_tick_batches_total") == 2
