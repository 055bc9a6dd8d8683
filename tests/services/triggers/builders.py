"""Rows, ticks and an evaluation that asks nobody; a test names only what it is about."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from tests.core.builders import instrument
from tests.services.marketdata.candle_world import ToldClock
from tradewind.contracts.ticks import Tick, TickPrice
from tradewind.core.ids import AccountId, Symbol
from tradewind.services.oms.submission import Answer
from tradewind.services.triggers.evaluation import Evaluation
from tradewind.services.triggers.resting import OrderView
from tradewind.services.triggers.ring import RingTick, ShownPrice
from tradewind.services.triggers.submitting import Asked, Failed

D = Decimal
EURUSD = Symbol("EURUSD")
BEGINNING = datetime(2026, 3, 4, 12, tzinfo=UTC)
INSTRUMENTS = {EURUSD: instrument()}
_ENCODER = msgspec.json.Encoder(decimal_format="string")


def account(number: int) -> AccountId:
    return AccountId(UUID(int=1_000 + number))


def view(ticket: int, **changes: Any) -> OrderView:
    """A sell stop of account 1 at 1.1000, decided at the beginning."""
    fields: dict[str, Any] = {
        "account_id": account(1),
        "id": UUID(int=ticket),
        "ticket": ticket,
        "symbol": EURUSD,
        "side": "sell",
        "type": "stop",
        "state": "working",
        "reason": "client",
        "version": 1,
        "updated_at": BEGINNING,
        "reduce_only": False,
        "stop_price": D("1.1000"),
    }
    return OrderView(**(fields | changes))


def tick(seq: int, time: datetime, *, tradable: bool = True, **prices: tuple[str, str]) -> Tick:
    """A tick of EURUSD with each group's bid and ask; the BBO is that of the first group."""
    bid, ask = next(iter(prices.values()), ("1", "2"))
    return Tick(
        symbol=EURUSD,
        epoch=1,
        seq=seq,
        time=time,
        bid=D(bid),
        ask=D(ask),
        quotes=(),
        tradable=tradable,
        reason=None if tradable else "stale",
        rules_version=1,
        prices={group: TickPrice(bid=D(b), ask=D(a)) for group, (b, a) in prices.items()},
    )


def ring_tick(published: Tick) -> RingTick:
    """A tick as the reader of the ring hands it on."""
    prices = {g: ShownPrice(bid=p.bid, ask=p.ask) for g, p in published.prices.items()}
    return RingTick(
        entry=f"{published.seq}-0",
        time=published.time,
        prices=prices if published.tradable else {},
        payload=_ENCODER.encode(published),
    )


def answer(code: str | None = None) -> Answer:
    """An answer without an order."""
    return Answer(status=200, code=code, order_id=UUID(int=0), order=None)


@dataclass(slots=True)
class Desk:
    """An evaluation with its clock, whose questions are kept until a test answers them."""

    clock: ToldClock = field(default_factory=lambda: ToldClock(BEGINNING))
    asked: list[Asked] = field(default_factory=list)
    seq: int = 0
    evaluation: Evaluation = field(init=False)

    def __post_init__(self) -> None:
        self.evaluation = Evaluation(
            clock=self.clock, instruments=lambda: INSTRUMENTS, ask=self.asked.append
        )
        self.evaluation.regroup({account(1): "standard", account(2): "standard"})

    def wait(self, seconds: str) -> datetime:
        self.clock.at += timedelta(microseconds=int(D(seconds) * 1_000_000))
        return self.clock.at

    def tick(self, *, tradable: bool = True, **prices: tuple[str, str]) -> RingTick:
        """Let a millisecond pass, and a tick be made and evaluated."""
        self.seq += 1
        made = ring_tick(tick(self.seq, self.wait("0.001"), tradable=tradable, **prices))
        self.evaluation.take(EURUSD, [made])
        return made

    def standard(self, bid: str, ask: str) -> RingTick:
        return self.tick(standard=(bid, ask))

    def next_asked(self) -> list[int]:
        """The tickets that were asked about since the last call."""
        tickets = [each.order.ticket for each in self.asked]
        self.asked.clear()
        return tickets

    def settle(self, asked: Asked, outcome: Answer | Failed) -> None:
        self.evaluation.answered(asked, outcome)
