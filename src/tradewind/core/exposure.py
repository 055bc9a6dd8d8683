"""What the house holds against its clients, added up: it is short what they are long.

Source: docs/how-to/watch-exposure.md
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from typing import Final

from tradewind.core.accounts import Book, Side
from tradewind.core.ids import GroupCode, Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.margin import Mark
from tradewind.core.money import ZERO, CurrencyCode, Price, Quantity
from tradewind.core.values import frozen

#: Average prices have 28 digits: what is added here must be taken off again to the last of them.
_EXACT: Final = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero])


@frozen
class Holding:
    """What one client holds on one book at one open price; `group` is the account's."""

    symbol: Symbol
    book: Book
    group: GroupCode
    side: Side
    quantity: Quantity
    open_price: Price


@frozen
class Place:
    """What is added up by."""

    symbol: Symbol
    book: Book
    group: GroupCode


@frozen
class Stake:
    """The house's side of holdings; a cost is quantity x open price, in quote currency."""

    long: Decimal = ZERO
    short: Decimal = ZERO
    long_cost: Decimal = ZERO
    short_cost: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Units the house is long; negative when it is short."""
        return _EXACT.subtract(self.long, self.short)

    @property
    def net_cost(self) -> Decimal:
        """What was paid for the net, in quote currency."""
        return _EXACT.subtract(self.long_cost, self.short_cost)

    @property
    def is_flat(self) -> bool:
        """True when nothing is held on either side."""
        return self.long == ZERO and self.short == ZERO


FLAT: Final = Stake()


@frozen
class SymbolExposure:
    """One symbol on one book. Money is in reporting currency, None where a price is missing."""

    symbol: Symbol
    book: Book
    long: Decimal
    short: Decimal
    net: Decimal
    notional: Decimal | None
    unrealized_pnl: Decimal | None


@frozen
class CurrencyExposure:
    """Net amount of one currency: bases that are held, less quotes that were paid for them."""

    currency: CurrencyCode
    amount: Decimal
    notional: Decimal | None


@frozen
class GroupExposure:
    """What one group's clients make of the house, in reporting currency."""

    group: GroupCode
    long: Decimal | None
    short: Decimal | None
    net: Decimal | None
    unrealized_pnl: Decimal | None


@frozen
class Exposure:
    """The whole house at one moment; largest notional first."""

    symbols: tuple[SymbolExposure, ...]
    currencies: tuple[CurrencyExposure, ...]
    groups: tuple[GroupExposure, ...]


@frozen
class Prices:
    """A group's mark of a symbol and a currency's rate; both lead to reporting currency."""

    mark: Callable[[Symbol, GroupCode], Mark | None]
    rate: Callable[[CurrencyCode], Decimal | None]


def place_of(holding: Holding) -> Place:
    """Where a holding counts."""
    return Place(symbol=holding.symbol, book=holding.book, group=holding.group)


def stake_of(holding: Holding) -> Stake:
    """Turn a client's holding around."""
    cost = _EXACT.multiply(holding.quantity, holding.open_price)
    if holding.side is Side.BUY:
        return Stake(short=holding.quantity, short_cost=cost)
    return Stake(long=holding.quantity, long_cost=cost)


def plus(one: Stake, other: Stake) -> Stake:
    """Add two stakes of a symbol."""
    return Stake(
        long=_EXACT.add(one.long, other.long),
        short=_EXACT.add(one.short, other.short),
        long_cost=_EXACT.add(one.long_cost, other.long_cost),
        short_cost=_EXACT.add(one.short_cost, other.short_cost),
    )


def minus(one: Stake, other: Stake) -> Stake:
    """Take off what was added before."""
    return Stake(
        long=_EXACT.subtract(one.long, other.long),
        short=_EXACT.subtract(one.short, other.short),
        long_cost=_EXACT.subtract(one.long_cost, other.long_cost),
        short_cost=_EXACT.subtract(one.short_cost, other.short_cost),
    )


def stakes_of(holdings: Iterable[Holding]) -> Mapping[Place, Stake]:
    """Add up holdings from nothing."""
    found: defaultdict[Place, Stake] = defaultdict(lambda: FLAT)
    for holding in holdings:
        place = place_of(holding)
        found[place] = plus(found[place], stake_of(holding))
    return found


def exposure(
    stakes: Mapping[Place, Stake], instruments: Mapping[Symbol, Instrument], prices: Prices
) -> Exposure:
    """Show stakes by symbol and book, by currency, and by group."""
    held = {place: stake for place, stake in stakes.items() if not stake.is_flat}
    return Exposure(
        symbols=_by_symbol(held, prices),
        currencies=_by_currency(held, instruments, prices),
        groups=_by_group(held, prices),
    )


def unrealized_pnl(stake: Stake, mark: Mark) -> Decimal:
    """The house's profit if its clients closed now: minus theirs, in reporting currency."""
    shorts = stake.short_cost - stake.short * mark.bid
    longs = stake.long * mark.ask - stake.long_cost
    return (shorts + longs) * mark.rate


def _by_symbol(stakes: Mapping[Place, Stake], prices: Prices) -> tuple[SymbolExposure, ...]:
    rows: defaultdict[tuple[Symbol, Book], list[Place]] = defaultdict(list)
    for place in sorted(stakes, key=_order):
        rows[place.symbol, place.book].append(place)
    found = [_row(stakes, places, prices) for places in rows.values()]
    return tuple(sorted(found, key=lambda row: _size(row.notional), reverse=True))


def _row(stakes: Mapping[Place, Stake], places: list[Place], prices: Prices) -> SymbolExposure:
    total = _sum(stakes[place] for place in places)
    pnls = [_pnl(place, stakes[place], prices) for place in places]
    mark = prices.mark(places[0].symbol, places[0].group)
    return SymbolExposure(
        symbol=places[0].symbol,
        book=places[0].book,
        long=total.long,
        short=total.short,
        net=total.net,
        notional=None if mark is None else total.net * abs(mark.mid) * mark.rate,
        unrealized_pnl=_total(pnls),
    )


def _by_currency(
    stakes: Mapping[Place, Stake], instruments: Mapping[Symbol, Instrument], prices: Prices
) -> tuple[CurrencyExposure, ...]:
    amounts: defaultdict[CurrencyCode, Decimal] = defaultdict(lambda: ZERO)
    for place, stake in stakes.items():
        instrument = instruments[place.symbol]
        amounts[instrument.base] = _EXACT.add(amounts[instrument.base], stake.net)
        amounts[instrument.quote] = _EXACT.subtract(amounts[instrument.quote], stake.net_cost)
    found = [
        CurrencyExposure(
            currency=currency,
            amount=amounts[currency],
            notional=None if rate is None else amounts[currency] * rate,
        )
        for currency in sorted(amounts)
        for rate in (prices.rate(currency),)
    ]
    return tuple(sorted(found, key=lambda row: _size(row.notional), reverse=True))


def _by_group(stakes: Mapping[Place, Stake], prices: Prices) -> tuple[GroupExposure, ...]:
    groups: defaultdict[GroupCode, list[Place]] = defaultdict(list)
    for place in sorted(stakes, key=_order):
        groups[place.group].append(place)
    found = [_group(code, stakes, places, prices) for code, places in groups.items()]
    return tuple(sorted(found, key=lambda row: _size(row.net), reverse=True))


def _group(
    code: GroupCode, stakes: Mapping[Place, Stake], places: list[Place], prices: Prices
) -> GroupExposure:
    worth = [_worth(place, prices) for place in places]
    held = [stakes[place] for place in places]
    long = _total([_times(s.long, unit) for s, unit in zip(held, worth, strict=True)])
    short = _total([_times(s.short, unit) for s, unit in zip(held, worth, strict=True)])
    return GroupExposure(
        group=code,
        long=long,
        short=short,
        net=None if long is None or short is None else long - short,
        unrealized_pnl=_total([_pnl(place, stakes[place], prices) for place in places]),
    )


def _worth(place: Place, prices: Prices) -> Decimal | None:
    """One unit in reporting currency."""
    mark = prices.mark(place.symbol, place.group)
    return None if mark is None else abs(mark.mid) * mark.rate


def _pnl(place: Place, stake: Stake, prices: Prices) -> Decimal | None:
    mark = prices.mark(place.symbol, place.group)
    return None if mark is None else unrealized_pnl(stake, mark)


def _times(quantity: Decimal, unit: Decimal | None) -> Decimal | None:
    return None if unit is None else quantity * unit


def _total(amounts: list[Decimal | None]) -> Decimal | None:
    """The sum; unknown where any part is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None


def _sum(stakes: Iterable[Stake]) -> Stake:
    total = FLAT
    for stake in stakes:
        total = plus(total, stake)
    return total


def _order(place: Place) -> tuple[str, str, str]:
    return (place.symbol, place.book, place.group)


def _size(amount: Decimal | None) -> Decimal:
    """How large it is; what nobody can value comes first, so that it is seen."""
    return Decimal("Infinity") if amount is None else abs(amount)
