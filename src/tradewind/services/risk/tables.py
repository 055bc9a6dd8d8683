"""What margin is reckoned by, as tables of numbers: a row for each combination of terms in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final
from uuid import UUID

import numpy as np

from tradewind.core.accounts import (
    Account,
    AccountStatus,
    GroupTerms,
    MarginBasis,
    PositionMode,
)
from tradewind.core.ids import AccountId, EntityId, Symbol, UserId
from tradewind.core.instruments import Instrument
from tradewind.core.margin import leverage_of
from tradewind.core.money import ZERO, Currency, CurrencyCode
from tradewind.core.regimes import PROFILES
from tradewind.core.stop_out import CLEARED_ABOVE
from tradewind.services.risk.columns import Axis, Flags, Floats, Places, TermsKey

_NOBODY: Final = UUID(int=0)
_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """By terms: levels in percent, and of each symbol the rates of used margin.

    A leg of a notional n needs `rate` x n and, for every tier, `steps` x what n has above `bounds`;
    `floors` are quote currency a unit. Tables are (terms, symbol) and (terms, symbol, tier); the
    last terms, the first group and the first currency are nobody's and ask for nothing.
    """

    groups: Axis[str]
    currencies: Axis[str]
    group: Places
    currency: Places
    call_level: Floats
    clear_level: Floats
    stop_out_level: Floats
    hedged_factor: Floats
    is_current: Flags
    credit_counts: Flags
    rate: Floats
    steps: Floats
    bounds: Floats
    floors: Floats


def make_tables(
    terms: Sequence[TermsKey],
    groups: Mapping[UUID, GroupTerms],
    symbols: Sequence[str],
    instruments: Mapping[Symbol, Instrument],
) -> Tables:
    """Ask core for the rates of every combination; terms of an unknown group are left at zero."""
    codes: Axis[str] = Axis(["", *(group.code for group in groups.values())])
    currencies: Axis[str] = Axis(["", *(key.currency for key in terms)])
    known = [instruments.get(Symbol(symbol)) for symbol in symbols]
    tiers = max((len(each.margin_tiers) for each in known if each is not None), default=0)
    tables = _blank(len(terms) + 1, len(symbols), tiers, (codes, currencies))
    for column, instrument in enumerate(known):
        if instrument is not None:
            tables.floors[column] = float(instrument.margin_floor)
            for tier, each in enumerate(instrument.margin_tiers):
                tables.bounds[column, tier] = float(each.above)
    for row, key in enumerate(terms):
        tables.currency[row] = currencies.place(key.currency)
        group = groups.get(key.group_id)
        if group is not None:
            tables.group[row] = codes.place(group.code)
            _set_terms(tables, row, group)
            _set_rates(tables, row, (key, group), known)
    return tables


def _blank(terms: int, symbols: int, tiers: int, axes: tuple[Axis[str], Axis[str]]) -> Tables:
    groups, currencies = axes
    return Tables(
        groups=groups,
        currencies=currencies,
        group=np.zeros(terms, np.int64),
        currency=np.zeros(terms, np.int64),
        call_level=np.zeros(terms),
        clear_level=np.zeros(terms),
        stop_out_level=np.zeros(terms),
        hedged_factor=np.zeros(terms),
        is_current=np.zeros(terms, np.bool_),
        credit_counts=np.zeros(terms, np.bool_),
        rate=np.zeros((terms, symbols)),
        steps=np.zeros((terms, symbols, tiers)),
        bounds=np.zeros((symbols, tiers)),
        floors=np.zeros(symbols),
    )


def _set_terms(tables: Tables, row: int, group: GroupTerms) -> None:
    tables.call_level[row] = float(group.margin_call_level)
    tables.clear_level[row] = float(group.margin_call_level + CLEARED_ABOVE)
    tables.stop_out_level[row] = float(group.stop_out_level)
    tables.hedged_factor[row] = float(group.hedged_factor)
    tables.is_current[row] = group.margin_basis is MarginBasis.CURRENT
    tables.credit_counts[row] = PROFILES[group.regime].credit_counts


def _set_rates(
    tables: Tables,
    row: int,
    terms: tuple[TermsKey, GroupTerms],
    instruments: Sequence[Instrument | None],
) -> None:
    key, group = terms
    account = _account_of(key)
    for column, instrument in enumerate(instruments):
        if instrument is None:
            continue
        leverage = leverage_of(account, group, instrument)
        rates = [max(_ONE / leverage, instrument.margin_rate)]
        # A tier that asks no more than what is asked below it changes nothing.
        for tier in instrument.margin_tiers:
            rates.append(max(rates[-1], tier.rate))
        tables.rate[row, column] = float(rates[0])
        for place, (below, above) in enumerate(pairwise(rates)):
            tables.steps[row, column, place] = float(above - below)


def _account_of(key: TermsKey) -> Account:
    """Make an account of which nothing but its leverage counts."""
    return Account(
        id=AccountId(_NOBODY),
        entity_id=EntityId(_NOBODY),
        user_id=UserId(_NOBODY),
        currency=Currency(code=CurrencyCode(key.currency), minor_digits=0),
        position_mode=PositionMode.NETTING,
        status=AccountStatus.ACTIVE,
        leverage=key.leverage,
        balance=ZERO,
        credit=ZERO,
        carry=ZERO,
        reserved_margin=ZERO,
    )
