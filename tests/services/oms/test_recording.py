"""What an order leaves in the tables, and that the event log alone rebuilds them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.world import World
from tradewind.core.accounts import Side
from tradewind.core.commands import PlaceOrder
from tradewind.core.money import Quantity
from tradewind.core.orders import TimeInForce

D = Decimal
SELL = Side.SELL


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = rows
    return row


def contains(row: dict[str, Any], expected: dict[str, Any]) -> bool:
    return {name: row[name] for name in expected} == expected


async def test_a_filled_order_is_recorded_whole(world: World) -> None:
    trader = await world.trader(group="charged")
    command = world.order(trader, quantity=Quantity(D(100_000)), label="desk", comment="first")
    answer = await world.submit(command)
    assert (answer.status, answer.code, answer.replayed) == (201, None, False)
    assert answer.path == ("new", "pending", "accepted", "working", "filled")
    order = only(await world.rows("SELECT * FROM trade_order"))
    position = only(await world.rows("SELECT * FROM trade_position"))
    assert contains(
        position,
        {
            "ticket": order["ticket"],
            "side": "buy",
            "quantity": D(100_000),
            "open_price": D("1.12140"),
            "margin_notional": D(112_140),
            "version": 1,
            "closed_at": None,
        },
    )
    assert_order(order, command, position["id"])
    await assert_fill_and_lot(world, order, position)


def assert_order(order: dict[str, Any], command: PlaceOrder, position_id: UUID) -> None:
    assert contains(
        order,
        {
            "account_id": command.account_id,
            "id": command.order_id,
            "side": "buy",
            "type": "market",
            "quantity": D(100_000),
            "filled_quantity": D(100_000),
            "average_price": D("1.12140"),
            "state": "filled",
            "position_id": position_id,
            "reserved_margin": D(0),
            "version": 1,
            "first_event": 1,
            "last_event": 5,
            "label": "desk",
            "comment": "first",
            "actor": str(command.user_id),
            "group_code": "charged",
            "created_at": command.received_at,
        },
    )


async def assert_fill_and_lot(
    world: World, order: dict[str, Any], position: dict[str, Any]
) -> None:
    fill = only(await world.rows("SELECT * FROM fill"))
    lot = only(await world.rows("SELECT * FROM position_lot"))
    posting = only(await world.rows("SELECT * FROM ledger_posting"))
    account = only(await world.rows("SELECT * FROM account"))
    assert contains(
        fill,
        {
            "order_id": order["id"],
            "position_id": position["id"],
            "quantity": D(100_000),
            "closed_quantity": D(0),
            "price": D("1.12140"),
            "displayed_price": D("1.12140"),
            "slippage": D(0),
            "markup": D("0.00002"),
            "commission": D("3.37"),
            "realized_pnl": D(0),
            "bbo_ask": D("1.12138"),
            "quote_id": "1:1",
            "book": "B",
            "reason": "client",
        },
    )
    assert contains(lot, {"fill_id": fill["id"], "remaining": D(100_000), "book": "B"})
    assert contains(
        posting,
        {
            "source": f"client:{order['account_id']}",
            "destination": "house:commission",
            "amount": D("3.37"),
            "balance_after": D("9996.63"),
            "reference": fill["id"],
            "event": 7,
        },
    )
    assert (account["balance"], account["last_event"]) == (D("9996.63"), 7)


async def test_the_events_of_an_account_have_no_gap(world: World) -> None:
    trader = await world.trader(group="charged")
    await world.submit(world.order(trader, quantity=Quantity(D(50_000))))
    await world.submit(world.order(trader, side=SELL, quantity=Quantity(D(80_000))))
    rejected = await world.submit(world.order(trader, quantity=Quantity(D(9_000_000))))
    events = await world.rows("SELECT seq, type, actor FROM account_event ORDER BY seq")
    accepted = ["order.new", "order.pending", "order.accepted", "order.working"]
    assert [event["type"] for event in events] == [
        *accepted,
        "order.filled",
        "position.opened",
        "ledger.posted",
        *accepted,
        "order.partially_filled",
        "order.filled",
        "position.closed",
        "position.opened",
        "ledger.posted",
        "order.new",
        "order.pending",
        "order.rejected",
    ]
    assert [event["seq"] for event in events] == list(range(1, 20))
    assert {event["actor"] for event in events} == {str(trader.user_id)}
    assert rejected.order is not None
    assert rejected.order.reject_code == "insufficient_margin"
    assert rejected.path == ("new", "pending", "rejected")


async def test_a_rejected_order_leaves_money_and_positions_alone(world: World) -> None:
    trader = await world.trader()
    await world.submit(world.order(trader, quantity=Quantity(D(9_000_000))))
    account = only(await world.rows("SELECT * FROM account"))
    assert (account["balance"], account["carry"], account["last_event"]) == (D(10_000), D(0), 3)
    for table in ("fill", "trade_position", "position_lot", "ledger_posting"):
        assert await world.rows(f"SELECT * FROM {table}") == []  # noqa: S608


async def test_the_price_shown_a_moment_ago_is_given_within_the_band(world: World) -> None:
    trader = await world.trader(group="instant")
    world.tick("EURUSD", "1.12124", "1.12140")
    command = world.order(trader, requested_price=D("1.12140"), max_deviation=D("0.00002"))
    answer = await world.submit(command)
    assert answer.order is not None
    assert (answer.order.state, answer.order.average_price) == ("filled", D("1.12140"))


async def test_without_a_living_price_an_order_is_rejected(world: World) -> None:
    trader = await world.trader()
    world.feed._alive_at -= timedelta(seconds=2).total_seconds()
    answer = await world.oms.submit(world.order(trader), None)
    assert answer.order is not None
    assert (answer.order.state, answer.order.reject_code) == ("rejected", "no_price")


async def test_the_event_log_rebuilds_every_table(world: World) -> None:
    netting = await world.trader(group="charged")
    hedging = await world.trader(mode="hedging", currency="EUR")
    for trader in (netting, hedging):
        for side, quantity in ((Side.BUY, 30_000), (Side.BUY, 20_000), (SELL, 90_000)):
            await world.submit(world.order(trader, side=side, quantity=Quantity(D(quantity))))
        await world.submit(world.order(trader, quantity=Quantity(D(9_000_000))))
    world.tick("USDJPY", "149.998", "150.002", size=50_000)
    ioc = world.order(
        netting, symbol="USDJPY", quantity=D(80_000), time_in_force=TimeInForce.IOC, side=SELL
    )
    await world.submit(ioc)
    world.tick("EURUSD", "1.12200", "1.12210")
    opened = await world.rows(
        "SELECT id FROM trade_position WHERE account_id = $1 ORDER BY id", hedging.account_id
    )
    await world.submit(world.close(hedging, opened[0]["id"], D(7_000)))
    await world.submit(world.close(hedging, opened[1]["id"]))
    rebuilt = await assert_rebuilds(world)
    for table, rows in rebuilt.items():
        assert len(rows) > 3, table
