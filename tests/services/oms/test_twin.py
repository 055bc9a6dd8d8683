"""Random commands against a naive twin: same answers, same money, same positions, every step."""

import random
import secrets
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from tests.services.oms.seeding import Trader
from tests.services.oms.twin import EPSILON, Ask, Shown, Twin
from tests.services.oms.world import MARKUP, World
from tradewind.contracts.events import OrderRow
from tradewind.core.accounts import Side
from tradewind.core.commands import ClosePosition, PlaceOrder
from tradewind.core.ids import Symbol
from tradewind.core.money import Quantity
from tradewind.core.orders import TimeInForce

D = Decimal
COMMANDS = 400
POINT = {"EURUSD": D("0.00001"), "USDJPY": D("0.001")}
DEPTH = 100_000
ENDINGS = {"filled": "filled", "no_liquidity": "cancelled", "ioc_partial": "cancelled"}

POSITIONS_SQL = """
    SELECT id, symbol, CASE side WHEN 'buy' THEN quantity ELSE -quantity END AS units, open_price
      FROM trade_position WHERE account_id = $1 AND closed_at IS NULL
     ORDER BY opened_at, ticket
"""
ACCOUNT_SQL = "SELECT balance, carry, last_event FROM account WHERE id = $1"
CLIENT_SUM_SQL = """
    SELECT COALESCE(sum(CASE WHEN destination = $2 THEN amount ELSE -amount END), 0)
      FROM ledger_posting WHERE account_id = $1 AND $2 IN (source, destination)
"""
SUMS_SQL = """
    SELECT currency, sum(amount) AS total FROM (
        SELECT currency, destination AS name, amount FROM ledger_posting
        UNION ALL SELECT currency, source, -amount FROM ledger_posting) moved
     WHERE name LIKE 'client:%' OR name LIKE 'house:%' GROUP BY currency
"""
GAPS_SQL = """
    SELECT count(*) FROM (SELECT account_id, count(*) AS n, max(seq) AS last FROM account_event
                           GROUP BY account_id) s JOIN account a ON a.id = s.account_id
     WHERE s.n <> s.last OR a.last_event <> s.last
"""


@dataclass(slots=True, kw_only=True)
class Pair:
    """One account and its twin."""

    trader: Trader
    twin: Twin


class Prices:
    """A random walk of both symbols, published to the world and known to the twins."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.rng = rng
        self.mids = {"EURUSD": D("1.12130"), "USDJPY": D("150.000")}
        self.shown: dict[str, Shown] = {}

    def move(self) -> None:
        for symbol, point in POINT.items():
            self.mids[symbol] += self.rng.randint(-40, 40) * point
            bid, ask = self.mids[symbol] - 4 * point, self.mids[symbol] + 4 * point
            self.world.tick(symbol, bid, ask, size=DEPTH)
            extended = symbol == "EURUSD"
            self.shown[symbol] = Shown(
                bid=bid - MARKUP[symbol],
                ask=ask + MARKUP[symbol],
                rate=D(1) if extended else 1 / self.mids[symbol],
                depth=None if extended else D(DEPTH),
            )


def drawn(pair: Pair, prices: Prices, rng: random.Random) -> Ask:
    """Draw something to ask; closes, reversals and what margin forbids come often."""
    held = pair.twin.held
    if held and rng.random() < 0.35:
        index = rng.randrange(len(held))
        largest = int(min(abs(held[index].units), D(DEPTH))) // 1_000
        units = D(largest if rng.random() < 0.5 else rng.randint(1, largest)) * 1_000
        away = -units.copy_sign(held[index].units)
        return Ask(symbol=held[index].symbol, units=away, target=index)
    symbol = rng.choice(list(POINT))
    largest = 900 if rng.random() < 0.2 else 120
    ask = Ask(
        symbol=symbol,
        units=D(rng.randint(1, largest) * 1_000 * rng.choice((1, -1))),
        ioc=rng.random() < 0.6,
    )
    if pair.trader.group == "instant" and rng.random() < 0.5:
        # Never a price shown earlier: what the last half second showed depends on the machine.
        shown = prices.shown[symbol]
        current = shown.ask if ask.units > 0 else shown.bid
        away = rng.choice((0, 900, -900)) * POINT[symbol]
        ask.named = current - away.copy_sign(away * ask.units)
        ask.deviation = 2 * POINT[symbol]
    return ask


async def command_of(world: World, pair: Pair, ask: Ask) -> PlaceOrder | ClosePosition:
    if ask.target is not None:
        rows = await world.rows(POSITIONS_SQL, pair.trader.account_id)
        return world.close(pair.trader, rows[ask.target]["id"], abs(ask.units))
    return world.order(
        pair.trader,
        symbol=Symbol(ask.symbol),
        side=Side.BUY if ask.units > 0 else Side.SELL,
        quantity=Quantity(abs(ask.units)),
        time_in_force=TimeInForce.IOC if ask.ioc else TimeInForce.FOK,
        requested_price=ask.named,
        max_deviation=ask.deviation,
    )


def assert_same_ending(order: OrderRow | None, expected: str) -> None:
    assert order is not None
    assert order.state == ENDINGS.get(expected, "rejected")
    if order.state == "rejected":
        assert order.reject_code == expected
    if order.state == "cancelled":
        assert order.end_code == "no_liquidity"
        assert (order.filled_quantity > 0) == (expected == "ioc_partial")


async def assert_same_account(world: World, pair: Pair) -> None:
    account_id, twin = pair.trader.account_id, pair.twin
    (account,) = await world.rows(ACCOUNT_SQL, account_id)
    assert abs(account["balance"] + account["carry"] - twin.money) < EPSILON
    assert abs(account["carry"]) <= D("0.005")
    posted = await world.owner.fetchval(CLIENT_SUM_SQL, account_id, f"client:{account_id}")
    assert account["balance"] == pair.trader.balance + posted
    rows = await world.rows(POSITIONS_SQL, account_id)
    assert [(r["symbol"], r["units"]) for r in rows] == [(h.symbol, h.units) for h in twin.held]
    for row, held in zip(rows, twin.held, strict=True):
        assert abs(row["open_price"] - held.price) < EPSILON


async def pairs_of(world: World) -> list[Pair]:
    charged = {"per_lot": D("3.37"), "minimum": D("0.10")}
    free = {"per_lot": D(0), "minimum": D(0)}
    kinds = (
        ("netting", "plain", free),
        ("netting", "charged", charged),
        ("netting", "instant", free),
        ("hedging", "charged", charged),
        ("hedging", "instant", free),
    )
    return [
        Pair(
            trader=await world.trader(mode=mode, group=group),
            twin=Twin(
                hedging=mode == "hedging", per_lot=costs["per_lot"], minimum=costs["minimum"]
            ),
        )
        for mode, group, costs in kinds
    ]


async def test_random_commands_do_what_the_naive_twin_does(world: World) -> None:
    seed = secrets.randbits(32)
    print("seed", seed)  # noqa: T201 - pytest shows it when the test fails
    rng = random.Random(seed)
    prices = Prices(world, rng)
    pairs = await pairs_of(world)
    for _ in range(COMMANDS):
        prices.move()
        pair = rng.choice(pairs)
        ask = drawn(pair, prices, rng)
        answer = await world.submit(await command_of(world, pair, ask))
        expected = pair.twin.ask(ask, prices.shown)
        assert_same_ending(answer.order, expected)
        await assert_same_account(world, pair)
        sums = await world.rows(SUMS_SQL)
        assert {row["total"] for row in sums} <= {D(0)}
    assert await world.owner.fetchval(GAPS_SQL) == 0
    seen = sum((pair.twin.seen for pair in pairs), Counter[str]())
    for case in (
        "open",
        "increase",
        "partial_close",
        "close",
        "reversal",
        "insufficient_margin",
        "requote",
        "ioc_partial",
        "no_liquidity",
    ):
        assert seen[case] > 0, f"{case} did not occur: {seen}"
