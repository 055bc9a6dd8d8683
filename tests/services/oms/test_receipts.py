"""Receipts of fills on a real database: every number is that of the tables."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.services.oms.seeding import Trader
from tests.services.oms.test_dealing import bust
from tests.services.oms.world import World
from tradewind.contracts.events import OrderRow
from tradewind.contracts.http.receipts import DealerReceipt, FillReceipt
from tradewind.core.accounts import Side
from tradewind.core.commands import Bound, CloseBy, Protection
from tradewind.core.errors import NotFoundError
from tradewind.core.ids import AccountId, FillId, OrderId, PositionId, Symbol
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import Channel, OrderType, TimeInForce
from tradewind.gateway.receipts import dealer_receipt, receipt
from tradewind.infra.postgres import open_pool
from tradewind.services.accounts.receipts import dealt_fill
from tradewind.services.accounts.service import Accounts

D = Decimal
FILL_SQL = """
    SELECT f.*, o.created_at AS received_at, o.triggered_at, o.trigger_quote
      FROM fill f JOIN trade_order o ON o.account_id = f.account_id AND o.id = f.order_id
     WHERE f.account_id = $1 AND f.order_id = $2 ORDER BY f.id
"""
EVENT_SQL = """
    SELECT at, pg_xact_commit_timestamp(tx::xid) AS committed FROM account_event
     WHERE data #>> '{fill,id}' = $1::uuid::text
"""
LIMIT = {"type": OrderType.LIMIT, "time_in_force": TimeInForce.GTC}
STOP = {"type": OrderType.STOP, "time_in_force": TimeInForce.GTC}
AT_ASK = "Bought 10000 at 1.12140: the ask of your group at that moment."


async def place(world: World, trader: Trader, **changes: Any) -> OrderRow:
    answer = await world.submit(world.order(trader, **changes))
    assert answer.order is not None
    assert answer.order.state != "rejected", answer.order.reject_code
    return answer.order


async def for_dealer(world: World, fill_id: UUID) -> DealerReceipt:
    connection = await world.connect("tw_admin")
    try:
        return dealer_receipt(await dealt_fill(connection, FillId(fill_id)))
    finally:
        await connection.close()


async def for_client(world: World, trader: Trader, order_id: UUID) -> tuple[FillReceipt, ...]:
    async with await open_pool(world.settings, "tw_read", size_max=1, read_only=True) as pool:
        accounts = Accounts(pool, world.tools.clock)
        dealt = await accounts.dealt(
            trader.user_id, AccountId(trader.account_id), OrderId(order_id)
        )
    shown = receipt(dealt)
    assert shown.order_id == order_id
    return shown.fills


async def told(world: World, trader: Trader, order_id: UUID) -> tuple[DealerReceipt, ...]:
    """The receipts of an order's fills: what both views say is what the tables hold."""
    rows = await world.rows(FILL_SQL, trader.account_id, order_id)
    shown = await for_client(world, trader, order_id)
    assert [each.fill_id for each in shown] == [row["id"] for row in rows]
    whole = [await for_dealer(world, row["id"]) for row in rows]
    for row, client, dealer in zip(rows, shown, whole, strict=True):
        for name in FillReceipt.__dataclass_fields__:
            assert getattr(client, name) == getattr(dealer, name), name
        (event,) = await world.rows(EVENT_SQL, row["id"])
        assert_is_row(dealer, row, event)
    return tuple(whole)


def assert_is_row(shown: DealerReceipt, row: dict[str, Any], event: dict[str, Any]) -> None:
    names = ("price", "displayed_price", "slippage", "markup", "commission", "quantity")
    assert {name: D(getattr(shown, name)) for name in names} == {n: row[n] for n in names}
    same = ("side", "symbol", "capacity", "reason", "order_id", "account_id", "ticket", "channel",
            "rules_version", "instrument_version", "group_version")  # fmt: skip
    assert {name: getattr(shown, name) for name in same} == {n: row[n] for n in same}
    assert (D(shown.bbo.bid), D(shown.bbo.ask)) == (row["bbo_bid"], row["bbo_ask"])
    assert (shown.quote.id, D(shown.conversion.rate)) == (row["quote_id"], row["conversion_rate"])
    assert (shown.route.book, shown.group) == (row["book"], row["group_code"])
    times = shown.times
    assert (times.order_received, times.decided) == (row["received_at"], event["at"])
    assert times.committed == event["committed"] is not None
    order: list[datetime | None] = [times.lp_quote, times.quote_received, times.price_published]
    known = [at for at in order if at is not None]
    assert known == sorted(known)
    assert times.decided <= times.committed


async def test_a_market_fill_at_the_ask_is_its_bbo_and_the_markup_at_the_tick_of_that_moment(
    world: World,
) -> None:
    trader = await world.trader(group="charged")
    tick = world.tick("EURUSD", "1.12122", "1.12138")
    order = await place(world, trader)
    (shown,) = await told(world, trader, order.id)
    assert D(shown.bbo.ask) + D(shown.markup) == D(shown.quote.ask or 0) == D(shown.price)
    assert (shown.quote.id, shown.quote.time) == (f"1:{tick.seq}", tick.time)
    assert (shown.quote.bid, shown.quote.ask) == ("1.12120", "1.12140")
    assert [(lp.lp, lp.ask, lp.ask_size) for lp in shown.lps] == [
        ("lp-one", "1.12138", "500000"),
        ("lp-two", "1.12138", "500000"),
    ]
    assert shown.explanation == (
        AT_ASK,
        "No slippage.",
        "The ask of your group includes a markup of 0.00002.",
        "Commission: 0.34 USD.",
        "The house dealt with you as principal.",
    )
    assert shown.route.reason == (
        "Version 1 of the terms of group charged: book B, market execution."
    )


async def test_each_level_of_the_book_has_a_receipt_of_its_own(world: World) -> None:
    trader = await world.trader(balance=D(1_000_000))
    tick = world.tick("USDJPY", "149.998", "150.002", size=20_000)
    deeper = replace(
        tick, seq=tick.seq + 1, quotes=(
            tick.quotes[0], replace(tick.quotes[1], ask=D("150.005")),
        )
    )  # fmt: skip
    world.feed.receive(_encoded(deeper))
    order = await place(world, trader, symbol=Symbol("USDJPY"), quantity=Quantity(D(15_000)))
    first, second = await told(world, trader, order.id)
    assert (first.quantity, first.price, second.quantity, second.price) == (
        "10000", "150.004", "5000", "150.007",
    )  # fmt: skip
    assert second.explanation[0] == (
        "Bought 5000 at 150.007: deeper in the book; the best ask of your group was 150.004."
    )
    assert first.times.lp_quote == second.times.lp_quote is not None


async def test_a_displayed_price_is_honoured_in_instant_execution(world: World) -> None:
    trader = await world.trader(group="instant")
    tick = world.tick("EURUSD", "1.12123", "1.12139")
    order = await place(
        world, trader, requested_price=Price(D("1.12140")), max_deviation=D("0.00001")
    )
    (shown,) = await told(world, trader, order.id)
    assert shown.quote.id == f"1:{tick.seq}"
    assert (shown.requested_price, shown.price, shown.slippage) == ("1.12140", "1.12140", "0.00000")
    assert shown.explanation[0] == (
        "Bought 10000 at 1.12140: the price you were shown, which was honoured; "
        "the ask of your group was 1.12141 by then."
    )


async def test_a_limit_that_improves_says_by_how_much(world: World) -> None:
    trader = await world.trader()
    order = await place(world, trader, limit_price=Price(D("1.12000")), **LIMIT)
    assert await told(world, trader, order.id) == ()
    await world.trigger(order, world.tick("EURUSD", "1.11970", "1.11980"))
    (shown,) = await told(world, trader, order.id)
    assert (shown.displayed_price, shown.price, shown.slippage) == ("1.12000", "1.11982", "0.00018")
    assert shown.explanation[:2] == (
        (
            "Bought 10000 at 1.11982: better than your limit of 1.12000, "
            "because the market was better."
        ),
        "Slippage: 0.00018 better than your limit, 1.12000.",
    )


async def test_a_stop_loss_beyond_a_gap_names_its_trigger_and_the_loss(world: World) -> None:
    trader = await world.trader()
    asked = Protection(stop_loss=Bound(price=Price(D("1.12000"))))
    await place(world, trader, protection=asked)
    stop = (await world.orders(trader))[1]
    tick = world.tick("EURUSD", "1.11900", "1.11918")
    await world.trigger(stop, tick)
    (shown,) = await told(world, trader, stop.id)
    (row,) = await world.rows(FILL_SQL, trader.account_id, stop.id)
    assert shown.trigger is not None
    assert (shown.trigger.at, shown.trigger.quote_id) == (row["triggered_at"], f"1:{tick.seq}")
    assert (shown.price, shown.slippage, shown.reason) == ("1.11898", "-0.00102", "stop_loss")
    trigger, price, slippage, *_ = shown.explanation
    assert trigger.startswith("Your stop loss at 1.12000 was triggered at ")
    assert trigger.endswith(f" by quote 1:{tick.seq}.")
    assert price == (
        "Sold 10000 at 1.11898: the bid of your group at that moment. "
        "The market had gone past 1.12000 without stopping there (gap)."
    )
    assert slippage == "Slippage: 0.00102 worse than the level of your stop loss, 1.12000."


async def test_a_guaranteed_stop_fills_at_its_level_whatever_the_market_did(world: World) -> None:
    reference = world.tools.markets._reference
    eurusd = replace(reference.instruments[Symbol("EURUSD")], guaranteed_stop_premium_points=D(5))
    reference.instruments = MappingProxyType({**reference.instruments, Symbol("EURUSD"): eurusd})
    trader = await world.trader()
    asked = Protection(stop_loss=Bound(price=Price(D("1.12000"))), guaranteed=True)
    await place(world, trader, protection=asked)
    stop = (await world.orders(trader))[1]
    await world.trigger(stop, world.tick("EURUSD", "1.11900", "1.11918"))
    (shown,) = await told(world, trader, stop.id)
    assert (shown.price, shown.slippage) == ("1.12000", "0.00000")
    assert shown.explanation[1] == (
        "Sold 10000 at 1.12000: the guaranteed level of your stop loss; "
        "the bid of your group was 1.11898 by then."
    )


async def test_a_close_by_has_no_lp_behind_its_price(world: World) -> None:
    trader = await world.trader(mode="hedging")
    await place(world, trader)
    await place(world, trader, side=Side.SELL)
    rows = await world.rows(
        "SELECT id FROM trade_position WHERE account_id = $1 ORDER BY ticket", trader.account_id
    )
    # An LP's bid is by chance the price of the close.
    world.tick("EURUSD", "1.12140", "1.12156")
    answer = await world.submit(
        CloseBy(
            order_id=OrderId(world.ids.new()),
            account_id=AccountId(trader.account_id),
            user_id=trader.user_id,
            position_id=PositionId(rows[0]["id"]),
            opposite_id=PositionId(rows[1]["id"]),
            quantity=None,
            channel=Channel.API,
            received_at=world.tools.clock.now(),
        )
    )
    for order in answer.orders:
        (shown,) = await told(world, trader, order.id)
        assert (shown.times.lp_quote, shown.times.quote_received) == (None, None)
        assert shown.explanation == (
            (
                "Closed 10000 at 1.12140 by an opposite position: "
                "nothing was bought or sold, so there is no spread, markup or commission."
            ),
        )


async def test_a_bust_says_that_the_old_trade_stays_in_the_history(world: World) -> None:
    trader = await world.trader()
    order = await place(world, trader)
    (before,) = await told(world, trader, order.id)
    answer = await bust(world, trader, before.fill_id)
    assert answer.order is not None
    (undone,) = await told(world, trader, answer.order.id)
    assert undone.corrects_fill_id == before.fill_id
    assert undone.explanation[0] == (
        "A trade of yours was undone by this one; it stays in your history."
    )
    assert await told(world, trader, order.id) == (before,)


async def test_what_a_restored_server_did_not_commit_itself_has_no_commit_time(
    world: World,
) -> None:
    trader = await world.trader()
    order = await place(world, trader)
    await world.owner.execute("UPDATE account_event SET at = at")
    (shown,) = await for_client(world, trader, order.id)
    assert (shown.times.committed, shown.explanation[0]) == (None, AT_ASK)


async def test_a_fill_that_nobody_has_is_not_found_and_another_clients_neither(
    world: World,
) -> None:
    owner, other = await world.trader(), await world.trader()
    order = await place(world, owner)
    with pytest.raises(NotFoundError) as missing:
        await for_dealer(world, world.ids.new())
    stranger = replace(owner, user_id=other.user_id)
    with pytest.raises(NotFoundError) as hidden:
        await for_client(world, stranger, order.id)
    assert (missing.value.code, hidden.value.code) == ("fill_not_found", "account_not_found")


def _encoded(tick: Any) -> bytes:
    return msgspec.json.encode(tick)
