"""A fill is taken back, or booked again at another price, by fills and postings of its own."""

import asyncio
from decimal import Decimal

import pytest

from tests.services.oms.busting import (
    assert_books_hold,
    assert_each_posting_is_reversed_once,
    bust,
    bust_of,
    counts,
    fill_of,
    money,
    open_positions,
    refused,
)
from tests.services.oms.world import World
from tradewind.core.accounts import Side
from tradewind.core.commands import Bound, Protection
from tradewind.core.errors import ConflictError, InvalidError, NotFoundError
from tradewind.core.money import Price, Quantity
from tradewind.services.oms.submission import Answer

D = Decimal


async def test_the_bust_of_an_opening_fill_closes_its_position_and_gives_the_commission_back(
    world: World,
) -> None:
    trader = await world.trader(group="charged")
    before = await money(world, trader)
    fill = await fill_of(
        world, await world.submit(world.order(trader, quantity=Quantity(D(100_000))))
    )
    assert await money(world, trader) == (D("9996.63"), D(0))
    answer = await bust(world, trader, fill["id"])
    assert (answer.status, answer.code, len(answer.orders)) == (201, None, 1)
    assert await money(world, trader) == before
    assert await open_positions(world) == []
    back = await fill_of(world, answer)
    assert (back["side"], back["quantity"], back["price"]) == ("sell", D(100_000), D("1.12140"))
    assert (back["corrects_fill_id"], back["reason"], back["channel"]) == (
        fill["id"], "bust", "dealer",
    )  # fmt: skip
    assert (back["closed_quantity"], back["commission"]) == (D(100_000), D("-3.37"))
    await assert_each_posting_is_reversed_once(world, fill["id"], back["id"])
    (told,) = await world.rows("SELECT * FROM account_event WHERE type = 'order.busted'")
    assert told["actor"] == "staff:7"
    order = answer.order
    assert order is not None
    assert (order.state, order.reason, order.comment) == ("filled", "bust", "off-market price")
    assert order.on_behalf_of == str(trader.user_id)
    (original,) = await world.rows("SELECT * FROM trade_order WHERE id = $1", fill["order_id"])
    assert (original["state"], original["filled_quantity"]) == ("filled", D(100_000))
    await assert_books_hold(world)


async def test_the_bust_of_one_of_two_opening_fills_leaves_the_other_as_it_was(
    world: World,
) -> None:
    trader = await world.trader()
    await world.submit(world.order(trader))
    alone = await open_positions(world)
    world.tick("EURUSD", "1.12222", "1.12238")
    fill = await fill_of(
        world, await world.submit(world.order(trader, quantity=Quantity(D(30_000))))
    )
    ((both),) = await open_positions(world)
    assert (both["quantity"], both["open_price"]) == (D(40_000), D("1.122150"))
    await bust(world, trader, fill["id"])
    assert await open_positions(world) == alone
    await assert_books_hold(world)


@pytest.mark.parametrize("rest", [D(0), D(4_000)], ids=["whole", "part"])
@pytest.mark.parametrize("mode", ["netting", "hedging"])
async def test_the_bust_of_a_closing_fill_opens_the_position_again_where_it_was_opened(
    world: World, mode: str, rest: Decimal
) -> None:
    trader = await world.trader(mode=mode)
    order = (await world.submit(world.order(trader))).order
    assert order is not None
    assert order.position_id is not None
    (alone,) = await open_positions(world)
    before = await money(world, trader)
    world.tick("EURUSD", "1.12222", "1.12238")
    close = world.close(trader, order.position_id, D(10_000) - rest)
    fill = await fill_of(world, await world.submit(close))
    assert fill["quote_pnl"] == (D(10_000) - rest) * D("0.00080")
    await bust(world, trader, fill["id"])
    assert await money(world, trader) == before
    (again,) = await open_positions(world)
    assert (again["id"] == alone["id"]) is (rest > 0)
    del again["id"], alone["id"]
    assert again == alone
    await assert_books_hold(world)


async def test_a_correct_of_an_opening_fill_moves_the_open_price_of_the_same_position(
    world: World,
) -> None:
    trader = await world.trader(group="charged")
    await world.submit(world.order(trader))
    world.tick("EURUSD", "1.12222", "1.12238")
    fill = await fill_of(
        world, await world.submit(world.order(trader, quantity=Quantity(D(30_000))))
    )
    before = await money(world, trader)
    (held,) = await open_positions(world)
    answer = await bust(world, trader, fill["id"], price=Price(D("1.12200")), lp_reference=None)
    assert [row.reason for row in answer.orders] == ["bust", "dealer"]
    assert [row.side for row in answer.orders] == ["sell", "buy"]
    assert await money(world, trader) == before
    (after,) = await open_positions(world)
    assert (after["id"], after["quantity"]) == (held["id"], D(40_000))
    assert (after["open_price"], after["margin_notional"]) == (D("1.12185"), D("44874"))
    (told,) = await world.rows("SELECT * FROM account_event WHERE type = 'order.corrected'")
    assert told["actor"] == "staff:7"
    await assert_books_hold(world)


async def test_a_correct_of_a_closing_fill_changes_its_profit_alone(world: World) -> None:
    trader = await world.trader(group="charged")
    order = (await world.submit(world.order(trader))).order
    assert order is not None
    assert order.position_id is not None
    world.tick("EURUSD", "1.12222", "1.12238")
    fill = await fill_of(world, await world.submit(world.close(trader, order.position_id)))
    balance, carry = await money(world, trader)
    answer = await bust(world, trader, fill["id"], price=Price(D("1.12300")))
    assert sum(await money(world, trader)) == balance + carry + D(8)
    assert await open_positions(world) == []
    again = await world.rows("SELECT * FROM fill WHERE order_id = $1", answer.orders[1].id)
    assert [(f["quote_pnl"], f["realized_pnl"], f["commission"]) for f in again] == [
        (D(16), D(16), fill["commission"])
    ]
    await assert_books_hold(world)


async def test_protection_follows_what_a_bust_leaves_and_stays_with_a_correct(
    world: World,
) -> None:
    trader = await world.trader()
    levels = Protection(stop_loss=Bound(price=Price(D("1.11000"))))
    await world.submit(world.order(trader, protection=levels))
    second = await fill_of(world, await world.submit(world.order(trader)))
    stops = "SELECT state, quantity, stop_price FROM trade_order WHERE reason = 'stop_loss'"
    stop = {"state": "working", "quantity": D(20_000), "stop_price": D("1.11000")}
    await bust(world, trader, second["id"], price=Price(D("1.12130")))
    assert await world.rows(stops) == [stop]
    (again,) = await world.rows(
        "SELECT id FROM fill WHERE corrects_fill_id = $1 AND reason = 'dealer'", second["id"]
    )
    await bust(world, trader, again["id"])
    assert await world.rows(stops) == [{**stop, "quantity": D(10_000)}]
    (first,) = await world.rows(
        "SELECT id FROM fill WHERE corrects_fill_id IS NULL AND id <> $1", second["id"]
    )
    await bust(world, trader, first["id"])
    assert await world.rows(stops) == [{**stop, "state": "cancelled", "quantity": D(10_000)}]
    await assert_books_hold(world)


async def test_a_fill_is_taken_back_once_whatever_is_tried(world: World) -> None:
    trader = await world.trader()
    fill = await fill_of(world, await world.submit(world.order(trader)))
    back = await fill_of(world, await bust(world, trader, fill["id"]))
    before = await counts(world)
    for fill_id in (fill["id"], back["id"]):
        assert await refused(world, bust_of(world, trader, fill_id)) == (
            ConflictError,
            "fill_busted",
        )
    assert await counts(world) == before


async def test_what_was_corrected_may_be_corrected_again_or_taken_back(world: World) -> None:
    trader = await world.trader()
    fill = await fill_of(world, await world.submit(world.order(trader)))
    first = await bust(world, trader, fill["id"], price=Price(D("1.12150")))
    (second,) = await world.rows("SELECT * FROM fill WHERE order_id = $1", first.orders[1].id)
    await bust(world, trader, second["id"])
    assert await open_positions(world) == []
    assert await money(world, trader) == (D("10000.00"), D(0))
    await assert_books_hold(world)


async def test_what_was_closed_since_or_is_unknown_is_refused_and_nothing_changes(
    world: World,
) -> None:
    trader, other = await world.trader(), await world.trader()
    answer = await world.submit(world.order(trader))
    fill = await fill_of(world, answer)
    assert answer.order is not None
    assert answer.order.position_id is not None
    await world.submit(world.close(trader, answer.order.position_id, D(4_000)))
    before = await counts(world)
    at = Price(D("1.12130"))
    cases = [
        (bust_of(world, trader, fill["id"]), ConflictError, "fill_closed"),
        (bust_of(world, trader, fill["id"], price=at), ConflictError, "fill_closed"),
        (bust_of(world, other, fill["id"]), NotFoundError, "fill_not_found"),
        (bust_of(world, trader, world.ids.new()), NotFoundError, "fill_not_found"),
        (bust_of(world, trader, fill["id"], price=fill["price"]), InvalidError, "unchanged"),
        (
            bust_of(world, trader, fill["id"], price=Price(D("1.121301"))),
            InvalidError,
            "price_precision",
        ),
    ]
    for command, kind, code in cases:
        assert await refused(world, command) == (kind, code)
    assert await counts(world) == before


async def test_a_closing_fill_is_not_opened_again_against_a_position_the_other_way(
    world: World,
) -> None:
    trader = await world.trader()
    order = (await world.submit(world.order(trader))).order
    assert order is not None
    assert order.position_id is not None
    fill = await fill_of(world, await world.submit(world.close(trader, order.position_id)))
    await world.submit(world.order(trader, side=Side.SELL))
    before = await counts(world)
    command = bust_of(world, trader, fill["id"])
    assert await refused(world, command) == (ConflictError, "position_opposite")
    assert await counts(world) == before


async def test_what_goes_against_the_client_needs_the_lps_own_bust(world: World) -> None:
    trader = await world.trader()
    answer = await world.submit(world.order(trader))
    fill = await fill_of(world, answer)
    needs = (InvalidError, "lp_reference_required")
    before = await counts(world)
    worse = bust_of(world, trader, fill["id"], price=Price(D("1.12150")), lp_reference=None)
    assert await refused(world, worse) == needs
    world.tick("EURUSD", "1.12222", "1.12238")
    gained = bust_of(world, trader, fill["id"], lp_reference=None)
    assert await refused(world, gained) == needs
    assert await counts(world) == before
    world.tick("EURUSD", "1.12022", "1.12038")
    done = await bust(world, trader, fill["id"], lp_reference=None)
    assert done.status == 201


async def test_two_busts_of_one_fill_at_once_take_it_back_once(world: World) -> None:
    trader = await world.trader()
    fill = await fill_of(world, await world.submit(world.order(trader)))
    submitted = [world.oms.submit(bust_of(world, trader, fill["id"]), None) for _ in range(5)]
    outcomes = await asyncio.gather(*submitted, return_exceptions=True)
    assert [type(each) for each in outcomes].count(Answer) == 1
    assert [getattr(e, "code", None) for e in outcomes].count("fill_busted") == 4
    rows = await world.rows("SELECT id FROM fill WHERE corrects_fill_id = $1", fill["id"])
    assert len(rows) == 1
