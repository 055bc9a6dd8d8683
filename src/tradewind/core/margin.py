"""Margin, equity and conversion, exact until booked.

Source: docs/domain/margin.md
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from tradewind.core.accounts import Account, GroupTerms, MarginBasis, Position, Side
from tradewind.core.ids import Symbol
from tradewind.core.instruments import Instrument, MarginTier
from tradewind.core.market import Conversion, Mid
from tradewind.core.money import ZERO, CurrencyCode, Price
from tradewind.core.positions import pnl
from tradewind.core.regimes import PROFILES, Regime, leverage_cap
from tradewind.core.values import frozen

PIVOT: Final = CurrencyCode("USD")
HUNDRED: Final = Decimal(100)
ONE: Final = Decimal(1)

Pairs = Mapping[tuple[CurrencyCode, CurrencyCode], Symbol]
MidOf = Callable[[Symbol], Mid | None]


@frozen
class Mark:
    """What one symbol is worth now: the group's bid and ask, the BBO mid, and the conversion.

    `rate` turns the symbol's quote currency into account currency.
    """

    instrument: Instrument
    bid: Price
    ask: Price
    mid: Decimal
    rate: Decimal


@frozen
class Valuation:
    """An account at one set of prices, unrounded. `level` is percent, None when used is 0.

    Where the regime leaves credit out of the level, it stays in equity and free margin.
    """

    unrealized_pnl: Decimal
    equity: Decimal
    used_margin: Decimal
    free_margin: Decimal
    level: Decimal | None


def convert(
    source: CurrencyCode, target: CurrencyCode, pairs: Pairs, mid_of: MidOf
) -> Conversion | None:
    """Find the rate by listed pair, inverse, then through USD; None when a mid is missing."""
    if source == target:
        return Conversion(rate=ONE, quotes=None, fresh=True)
    direct = _leg(source, target, pairs, mid_of)
    if direct is not None or PIVOT in {source, target}:
        return direct
    first = _leg(source, PIVOT, pairs, mid_of)
    second = _leg(PIVOT, target, pairs, mid_of)
    if first is None or second is None:
        return None
    return Conversion(
        rate=first.rate * second.rate,
        quotes=f"{first.quotes} {second.quotes}",
        fresh=first.fresh and second.fresh,
    )


def unrealized_pnl(position: Position, mark: Mark) -> Decimal:
    """Profit if closed now (longs at the bid, shorts at the ask), in account currency."""
    closing = mark.bid if position.side is Side.BUY else mark.ask
    return pnl(position.side, position.open_price, closing, position.quantity) * mark.rate


def used_margin(
    account: Account, terms: GroupTerms, positions: Iterable[Position], marks: Mapping[Symbol, Mark]
) -> Decimal:
    """Sum over instruments of the larger leg plus the hedged factor times the smaller."""
    legs: defaultdict[tuple[Symbol, Side], list[Position]] = defaultdict(list)
    for position in positions:
        legs[position.symbol, position.side].append(position)
    total = ZERO
    for symbol in {symbol for symbol, _ in legs}:
        long = _leg_margin(account, terms, legs.get((symbol, Side.BUY), []), marks[symbol])
        short = _leg_margin(account, terms, legs.get((symbol, Side.SELL), []), marks[symbol])
        total += max(long, short) + terms.hedged_factor * min(long, short)
    return total


def leverage_of(account: Account, terms: GroupTerms, instrument: Instrument) -> Decimal:
    """Return the lowest leverage that account, group and regime allow on an instrument."""
    leverage = min(account.leverage, terms.leverage_cap)
    if terms.leverage_rules:
        leverage = min(leverage, _ruled(terms, instrument) or leverage)
    if terms.regime is not Regime.OFFSHORE:
        cap = leverage_cap(terms.regime, instrument.regulatory_class)
        leverage = leverage if cap is None else min(leverage, cap)
    return leverage


def through_tiers(
    notional: Decimal, tiers: Sequence[MarginTier], leverage: Decimal, rate: Decimal
) -> Decimal:
    """Ask the base below the first bound, and each tier's rate for the part within the tier.

    The base is the larger of 1/leverage and `rate`. A tier that asks no more than what is asked
    below it changes nothing.
    """
    margin, start, asked = ZERO, ZERO, rate
    for tier in tiers:
        if tier.above >= notional:
            break
        if tier.rate > asked and tier.rate * leverage > ONE:
            margin += _asked_of(tier.above - start, leverage, asked)
            start, asked = tier.above, tier.rate
    return margin + _asked_of(notional - start, leverage, asked)


def value(
    account: Account,
    terms: GroupTerms,
    positions: Iterable[Position],
    marks: Mapping[Symbol, Mark],
) -> Valuation:
    """Mark an account; every open position's symbol must have a mark."""
    held = list(positions)
    unrealized = sum((unrealized_pnl(p, marks[p.symbol]) for p in held), ZERO)
    equity = account.balance + account.credit + unrealized
    used = used_margin(account, terms, held, marks)
    counted = equity
    if account.credit and not PROFILES[terms.regime].credit_counts:
        counted -= account.credit
    return Valuation(
        unrealized_pnl=unrealized,
        equity=equity,
        used_margin=used,
        free_margin=equity - used - account.reserved_margin,
        level=counted / used * HUNDRED if used else None,
    )


def _leg(
    source: CurrencyCode, target: CurrencyCode, pairs: Pairs, mid_of: MidOf
) -> Conversion | None:
    symbol = pairs.get((source, target))
    mid = mid_of(symbol) if symbol is not None else None
    if mid is not None:
        return Conversion(rate=mid.price, quotes=f"{symbol}:{mid.price}", fresh=mid.fresh)
    symbol = pairs.get((target, source))
    mid = mid_of(symbol) if symbol is not None else None
    if mid is not None:
        return Conversion(rate=ONE / mid.price, quotes=f"1/{symbol}:{mid.price}", fresh=mid.fresh)
    return None


def _leg_margin(account: Account, terms: GroupTerms, leg: list[Position], mark: Mark) -> Decimal:
    """Margin of all positions of one instrument and side, in account currency."""
    if not leg:
        return ZERO
    quantity = sum((p.quantity for p in leg), ZERO)
    if terms.margin_basis is MarginBasis.OPEN:
        notional = sum((p.margin_notional for p in leg), ZERO)
    else:
        notional = quantity * abs(mark.mid) * mark.rate
    instrument = mark.instrument
    leverage = leverage_of(account, terms, instrument)
    floor = quantity * instrument.margin_floor * mark.rate
    tiers = instrument.margin_tiers
    if tiers:
        return max(through_tiers(notional, tiers, leverage, instrument.margin_rate), floor)
    return max(notional / leverage, notional * instrument.margin_rate, floor)


def _asked_of(notional: Decimal, leverage: Decimal, rate: Decimal) -> Decimal:
    return max(notional / leverage, notional * rate)


def _ruled(terms: GroupTerms, instrument: Instrument) -> Decimal | None:
    """Return the leverage of the symbol's rule, else of its asset class's."""
    by_class = None
    for rule in terms.leverage_rules:
        if rule.symbol == instrument.symbol:
            return rule.leverage
        if rule.asset_class is instrument.asset_class:
            by_class = rule.leverage
    return by_class
