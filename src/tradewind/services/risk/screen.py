"""Values accounts at one set of prices, all at once, and picks those near a bound.

The formulas are those of `core/margin`, which decides; here they choose whom to ask about. Bounds
are widened by much more than a float errs, so that whoever core would act on is among those picked.

Source: docs/domain/margin.md
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from tradewind.services.risk.book import Book, Legs
from tradewind.services.risk.columns import Flags, Floats, Places, summed
from tradewind.services.risk.marks import Prices
from tradewind.services.risk.tables import Tables

#: Levels are looked at so much before they are reached.
WIDENED: Final = 1.02
#: Money that a float may lack: equity of so little counts as none.
NOTHING: Final = 0.01

#: Legs to value: their places, or all of them.
Chosen: TypeAlias = Places | slice
EVERYTHING: Final = slice(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """Every account's sums over the legs that were valued, and how many legs had no price.

    A leg without a price has no profit, and without a conversion no margin that follows the market.
    """

    unrealized: Floats
    used: Floats
    equity: Floats
    #: What the level counts; a regime may leave credit out.
    counted: Floats
    unpriced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Accounts to ask about, the lowest level first; what is not `urgent` may wait.

    Of an account whose call stands, and that is near neither its end nor the stop-out, no more is
    to be decided for now.
    """

    places: Places
    urgent: Flags


def legs_moved(book: Book, tables: Tables, prices: Prices, changed: Places) -> tuple[Places, Flags]:
    """Return the legs of accounts that changed or have a price that moved, and those accounts."""
    legs, terms = book.legs(), book.accounts.terms
    touched = np.zeros(len(book.ids), np.bool_)
    touched[changed] = True
    moved = prices.moved[tables.currency[terms[legs.account]], legs.symbol]
    touched[legs.account[moved]] = True
    return np.flatnonzero(touched[legs.account]), touched


def value(book: Book, tables: Tables, prices: Prices, chosen: Chosen = EVERYTHING) -> Valued:
    """Value accounts by some of the legs; accounts that have others too are left wrong."""
    legs, count, columns = book.legs(), len(book.ids), book.accounts
    account, symbol = legs.account[chosen], legs.symbol[chosen]
    terms = columns.terms[account]
    group, rate = tables.group[terms], prices.rate[tables.currency[terms], symbol]
    bid, ask = prices.bid[group, symbol], prices.ask[group, symbol]
    long, short = legs.long[chosen], legs.short[chosen]
    profit = (
        _product(bid, long)
        - legs.long_cost[chosen] * (long > 0)
        + legs.short_cost[chosen]
        - _product(ask, short)
    ) * rate
    priced = ~np.isnan(profit)
    used = _used(tables, prices, legs, chosen, terms)
    unrealized = summed(account, np.where(priced, profit, 0.0), count)
    balance, credit = columns.balance[:count], columns.credit[:count]
    equity = balance + credit + unrealized
    left_out = np.where(tables.credit_counts[columns.terms[:count]], 0.0, credit)
    return Valued(
        unrealized=unrealized,
        used=summed(account, used, count),
        equity=equity,
        counted=equity - left_out,
        unpriced=int(np.count_nonzero(~priced)),
    )


def candidates(book: Book, tables: Tables, valued: Valued, touched: Flags | None) -> Candidates:
    """Pick those at or near a bound, of the accounts that were valued; None is all of them."""
    count, columns = len(book.ids), book.accounts
    terms, called = columns.terms[:count], columns.called[:count]
    used, counted = valued.used, valued.counted * 100
    held = used > 0
    low = held & (counted <= WIDENED * tables.call_level[terms] * used)
    broke = held & (valued.equity <= NOTHING)
    out = broke | (held & (counted <= WIDENED * tables.stop_out_level[terms] * used))
    clears = called & (~held | (WIDENED * counted >= tables.clear_level[terms] * used))
    picked = (low | broke | clears) & (terms >= 0)
    if touched is not None:
        picked &= touched
    places = np.flatnonzero(picked)
    order = np.argsort(np.where(held, counted, 0.0)[places] / np.where(held, used, 1.0)[places])
    urgent = out | clears | (low & ~called)
    return Candidates(places=places[order], urgent=urgent[places[order]])


def _product(price: Floats, quantity: Floats) -> Floats:
    """Multiply; a side that nothing is held of needs no price."""
    return np.where(quantity > 0, price * quantity, 0.0)


def _used(tables: Tables, prices: Prices, legs: Legs, chosen: Chosen, terms: Places) -> Floats:
    """Each leg pair's used margin: the larger side, and the group's share of the smaller one."""
    symbol = legs.symbol[chosen]
    rate = np.nan_to_num(prices.rate[tables.currency[terms], symbol])
    worth = np.abs(prices.mid[symbol]) * rate
    follows = tables.is_current[terms] & (rate > 0) & ~np.isnan(worth)
    base, floor = tables.rate[terms, symbol], tables.floors[symbol] * rate

    def side(quantity: Floats, notional: Floats) -> Floats:
        notional = np.where(follows, quantity * worth, notional)
        margin = notional * base
        for tier in range(tables.bounds.shape[1]):
            above = np.maximum(notional - tables.bounds[symbol, tier], 0.0)
            margin += tables.steps[terms, symbol, tier] * above
        return np.maximum(margin, quantity * floor)

    long = side(legs.long[chosen], legs.long_notional[chosen])
    short = side(legs.short[chosen], legs.short_notional[chosen])
    hedged = tables.hedged_factor[terms] * np.minimum(long, short)
    return np.maximum(long, short) + hedged
