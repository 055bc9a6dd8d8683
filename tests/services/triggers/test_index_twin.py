"""Random lives of many orders: the index asks what a twin asks that scans all of them."""

import os
import random
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from tests.services.triggers.builders import EURUSD, Desk, account, answer, ring_tick, tick, view
from tests.services.triggers.twin import Question, Twin
from tradewind.core.commands import MoveStop
from tradewind.services.triggers.resting import OrderView
from tradewind.services.triggers.submitting import Asked, Failed

D = Decimal
RUNS = 40
STEPS = 250
ACCOUNTS = 6
GROUPS = ("standard", "pro", "raw")
PAUSE = timedelta(seconds=1)
INTERESTING = {
    "untradable",
    "several at once",
    "equal levels",
    "trailing moves",
    "older version",
    "amended while out",
    "group came late",
    "group changed",
    "caught up",
    "no group price",
    "stale",
    "stale twice",
    "suspended",
    "failed",
    "gone",
}


@dataclass(slots=True)
class Life:
    """An evaluation and its twin, told the same things."""

    draw: random.Random
    desk: Desk = field(default_factory=Desk)
    twin: Twin = field(init=False)
    rows: dict[int, OrderView] = field(default_factory=dict)
    out: dict[int, Asked] = field(default_factory=dict)
    stale: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.twin = Twin(clock=self.desk.clock)

    def price(self) -> Decimal:
        """Few prices, so that levels meet; some off the grid of a price."""
        return (
            D("1.1000")
            + D(self.draw.randrange(-12, 13)) / 10_000
            + self.draw.choice((D(0), D(0), D("0.000003")))
        )

    def check(self, expected: list[Question]) -> None:
        """What was asked is what the twin asks, in its order; moves have none among them."""
        asked = [question(each) for each in self.desk.asked]
        fires = [each for each in asked if each[2] is None]
        moves = sorted(each for each in asked if each[2] is not None)
        assert fires + moves == [e for e in expected if e[2] is None] + sorted(
            e for e in expected if e[2] is not None
        )
        self.out |= {each.order.ticket: each for each in self.desk.asked}
        self.desk.asked.clear()

    def arrive(self, row: OrderView) -> None:
        self.rows[row.ticket] = row
        self.desk.evaluation.arrive(row)
        self.check(self.twin.arrive(row))
        if self.twin.orders.get(row.ticket) is row:
            self.stale.pop(row.ticket, None)

    def back(self, ticket: int, *, pause: bool) -> None:
        until = self.desk.clock.at + PAUSE if pause else None
        self.check(self.twin.back(ticket, until))


def question(asked: Asked) -> Question:
    command = asked.command
    level = command.stop_price if isinstance(command, MoveStop) else None
    return asked.order.ticket, command.version, level


def place(life: Life) -> None:
    draw, ticket = life.draw, len(life.rows) + 1
    type_ = draw.choice(("limit", "stop", "stop_limit", "market_if_touched", "market"))
    trails = type_ == "stop" and draw.random() < 0.5
    life.arrive(
        view(
            ticket,
            id=UUID(int=ticket),
            account_id=account(draw.randrange(ACCOUNTS)),
            side=draw.choice(("buy", "sell")),
            type=type_,
            reason="trailing" if trails else "client",
            trailing_stop=D("0.0005") if trails else None,
            reduce_only=trails or draw.random() < 0.3,
            limit_price=life.price() if type_ in {"limit", "stop_limit"} else None,
            stop_price=life.price() if type_ not in {"limit", "market"} else None,
            worst_price=life.price() if draw.random() < 0.3 else None,
            trigger_side=draw.choice((None, None, "mid", "inverse", "bid", "ask")),
            triggered_at=life.desk.clock.at if draw.random() < 0.1 else None,
            updated_at=life.desk.clock.at - timedelta(milliseconds=draw.randrange(4_000)),
        )
    )


def amend(life: Life) -> None:
    if not life.rows:
        return
    old = life.draw.choice(list(life.rows.values()))
    state = life.draw.choice(("working", "working", "partially_filled", "cancelled", "filled"))
    life.arrive(
        replace(
            old,
            version=max(1, old.version + life.draw.choice((1, 1, 1, 0, -1))),
            state=state,
            stop_price=old.stop_price and life.price(),
            limit_price=old.limit_price and life.price(),
            updated_at=life.desk.clock.at,
        )
    )


def publish(life: Life) -> None:
    desk, draw = life.desk, life.draw
    now = desk.wait(str(D(draw.randrange(1, 600)) / 1000))
    desk.seq += 1
    prices = {}
    for group in GROUPS:
        bid = life.price()
        if draw.random() < 0.8:
            prices[group] = (str(bid), str(bid + D(draw.randrange(3)) / 10_000))
    made = tick(desk.seq, now, tradable=draw.random() < 0.9 and bool(prices), **prices)
    desk.evaluation.take(EURUSD, [ring_tick(made)])
    life.check(life.twin.tick(made))


def settle(life: Life) -> None:
    """Answer one question: it fails, is suspended, or the order is stale and read again."""
    if not life.out:
        return
    ticket = life.draw.choice(list(life.out))
    asked = life.out.pop(ticket)
    outcome = life.draw.choice(("stale", "stale", "suspended", "failed"))
    life.twin.seen[outcome] += 1
    evaluation = life.desk.evaluation
    if outcome == "failed":
        evaluation.answered(asked, Failed(reason="internal_error"))
        life.back(ticket, pause=not isinstance(asked.command, MoveStop))
    elif outcome == "suspended":
        evaluation.answered(asked, answer("suspended"))
        life.back(ticket, pause=True)
    else:
        evaluation.answered(asked, answer("stale"))
        (stale,) = evaluation.stale
        evaluation.stale.clear()
        refresh(life, asked, lambda rows: evaluation.refresh([stale], rows))


def refresh(life: Life, asked: Asked, read: Callable[[list[OrderView]], None]) -> None:
    ticket, version = asked.order.ticket, asked.command.version
    twin = life.twin
    row = twin.newer.get(ticket, twin.orders[ticket])
    if life.draw.random() < 0.05:
        twin.seen["gone"] += 1
        read([])
        twin.out.remove(ticket)
        twin.newer.pop(ticket, None)
        del twin.orders[ticket]
        life.stale.pop(ticket, None)
        return
    again = life.stale.get(ticket) == version
    twin.seen["stale twice"] += again
    read([row])
    changed = row.version != version
    life.back(ticket, pause=again)
    if not changed:
        life.stale[ticket] = version


def regroup(life: Life) -> None:
    who, group = account(life.draw.randrange(ACCOUNTS)), life.draw.choice(GROUPS)
    life.twin.seen["group changed"] += life.twin.groups.get(who, group) != group
    life.desk.evaluation.regroup({who: group})
    life.check(life.twin.regroup({who: group}))


def test_the_index_asks_what_a_scan_of_all_orders_asks() -> None:
    seed = int(os.environ.get("TRIGGER_SEED") or secrets.randbits(32))
    print("seed", seed)  # noqa: T201 - pytest shows it when the test fails
    seen: Counter[str] = Counter()
    for run in range(RUNS):
        life = Life(random.Random(seed + run))
        life.twin.groups |= {account(1): "standard", account(2): "standard"}
        for _ in range(STEPS):
            step = life.draw.choices((place, amend, publish, settle, regroup), (4, 3, 6, 5, 1))[0]
            step(life)
        seen += life.twin.seen
    print(dict(seen))  # noqa: T201 - what the lives were made of
    assert {each for each in INTERESTING if not seen[each]} == set()
