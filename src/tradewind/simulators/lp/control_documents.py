"""The control door's documents: faults and books out, faults and quotes in."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from tradewind.simulators.lp.depth import Book, Level
from tradewind.simulators.lp.faults import MENU, Fault
from tradewind.simulators.lp.instruments import INSTRUMENTS
from tradewind.simulators.lp.market import LpTick
from tradewind.simulators.lp.ticks import Flaw, TimedTick

QUOTE_FIELDS: Final = frozenset({"symbol", "bid", "ask", "bid_size", "ask_size", "time"})
SYMBOL: Final = re.compile(r"[A-Za-z0-9._/-]{1,32}")
SIZE: Final = "1000000"
#: Digits of a price before its point and after it, and of a size.
PRICE_DIGITS_MAX: Final = 12
SIZE_DIGITS_MAX: Final = 15


class BadDocument(ValueError):
    """The body is not what this place takes."""


def fault_document(fault: Fault) -> object:
    """Return a fault at work."""
    return {"name": fault.name, "symbol": fault.symbol, **fault.parameters}


def menu_document() -> object:
    """Return every fault there is with its parameters' defaults."""
    return [
        {
            "name": name,
            "does": dish.does,
            "scope": dish.scope,
            "parameters": {each.name: each.default for each in dish.parameters},
        }
        for name, dish in MENU.items()
    ]


def book_document(symbol: str, book: Book) -> object:
    """Return a book, best levels first."""
    return {
        "symbol": symbol,
        "bids": [_level(level) for level in book.bids],
        "asks": [_level(level) for level in book.asks],
    }


def values_from(body: bytes) -> Mapping[str, str]:
    """Read a flat object of texts and numbers; nothing at all is an empty one."""
    try:
        document = json.loads(body or b"{}", parse_float=str, parse_int=str)
    except ValueError:
        raise BadDocument("the body is not JSON") from None
    if not isinstance(document, dict):
        raise BadDocument("the body must be an object")
    values: dict[str, str] = {}
    for name, value in document.items():
        if value is not None and not isinstance(value, str):
            raise BadDocument(f"{name} must be a text or a number")
        if value is not None:
            values[name] = value
    return values


def quote_from(body: bytes, now: datetime) -> TimedTick:
    """Read one exact quote: bid and ask as decimal texts, or one of them alone."""
    values = values_from(body)
    surplus = set(values) - QUOTE_FIELDS
    if surplus:
        raise BadDocument(f"a quote has no {', '.join(sorted(surplus))}")
    symbol = values.get("symbol", "")
    if not SYMBOL.fullmatch(symbol) or not {"bid", "ask"} & set(values):
        raise BadDocument("a quote needs symbol, and bid or ask")
    bid, ask = values.get("bid"), values.get("ask")
    prices = [_price(text) for text in (bid, ask) if text is not None]
    instrument = INSTRUMENTS.get(symbol)
    digits = max(instrument.digits if instrument else 0, *map(_digits, prices))
    bid_points, ask_points = (int(price.scaleb(digits)) for price in (prices[0], prices[-1]))
    missing = "bid" if bid is None else "ask" if ask is None else None
    return TimedTick(
        tick=LpTick(
            symbol=symbol,
            digits=digits,
            bid_points=bid_points,
            ask_points=ask_points,
            bid_size=_size(values.get("bid_size", SIZE)),
            ask_size=_size(values.get("ask_size", SIZE)),
        ),
        at=_time(values["time"]) if "time" in values else now,
        flaw=Flaw(missing=missing) if missing else None,
    )


def _level(level: Level) -> object:
    return {"id": level.entry_id, "price": level.price, "size": str(level.size)}


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise BadDocument(f"{text!r} is not a price") from None
    whole = price.is_finite() and abs(price) < 10**PRICE_DIGITS_MAX
    if not whole or _digits(price) > PRICE_DIGITS_MAX:
        raise BadDocument(f"{text!r} is not a price")
    return price


def _digits(price: Decimal) -> int:
    exponent = price.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _size(text: str) -> int:
    if not text.isdecimal() or len(text) > SIZE_DIGITS_MAX:
        raise BadDocument(f"{text!r} is not a whole size")
    return int(text)


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadDocument(f"{text!r} is not a time") from None
    if at.tzinfo is None:
        raise BadDocument("a time needs its offset, such as Z")
    return at.astimezone(UTC)
