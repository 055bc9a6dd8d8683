"""Published prices, the same for every group."""

from datetime import datetime
from decimal import Decimal

from tradewind.contracts.ticks import Tick, TickPrice, TickQuote

GROUPS = ("standard", "pro", "raw")


def make_tick(
    *, symbol: str, bid: str, ask: str, seq: int, now: datetime, reason: str | None = None
) -> Tick:
    """A tick of one LP without markup; untradable if there is a reason."""
    bid_price, ask_price = Decimal(bid), Decimal(ask)
    quote = TickQuote(
        lp="lp-one",
        bid=bid_price,
        ask=ask_price,
        bid_size=Decimal(10_000_000),
        ask_size=Decimal(10_000_000),
        lp_time=now,
        received_at=now,
    )
    return Tick(
        symbol=symbol,
        epoch=1,
        seq=seq,
        time=now,
        bid=bid_price,
        ask=ask_price,
        quotes=(quote,),
        tradable=reason is None,
        reason=reason,
        rules_version=1,
        prices={group: TickPrice(bid=bid_price, ask=ask_price) for group in GROUPS},
    )
