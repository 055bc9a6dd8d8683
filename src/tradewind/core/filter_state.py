"""What is remembered of one symbol's quotes, and what follows from it.

Source: docs/domain/quotes.md
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from tradewind.core.ids import LpCode
from tradewind.core.money import ZERO
from tradewind.core.quotes import LpQuote, Quarantine
from tradewind.core.values import frozen

#: Two wild quotes further apart in time say nothing about each other.
CONFIRM_WITHIN: Final = timedelta(seconds=10)
#: However long a market takes to warm up, one quote alone never opens it.
WARM_UP_TICKS_MIN: Final = 2


@frozen
class FilterRules:
    """How one symbol's quotes are judged. Bands are shares of the price, the floor is a price.

    A quote is a recording's, and no rule about the clock applies to it, when its LP is one of
    `replaying` or, where `recording_age_min` is set, when it is that old.
    """

    soft_band: Decimal
    hard_band: Decimal
    band_floor: Decimal
    confirm_ticks: int
    future_max: timedelta
    late_max: timedelta
    recording_age_min: timedelta | None
    frozen_max: timedelta | None
    warm_up_ticks: int
    warm_up_max: timedelta
    #: The widest spread, as a share of the price, that shows a market to be open.
    warm_up_spread: Decimal
    allow_negative: bool
    quote_age_max: timedelta
    replaying: frozenset[LpCode] = frozenset()


@frozen
class Suspect:
    """An LP beyond the band: its latest quote there, since when, and how many in a row."""

    quote: LpQuote
    reason: Quarantine
    since: datetime
    ticks: int


@frozen
class Seen:
    """What an LP sent last, what of it passed, and since when that price stands."""

    last: LpQuote
    passed: LpQuote | None
    moved_at: datetime


@frozen
class WarmUp:
    """A market that has not proved itself: quotes that agree, and how many of them were narrow."""

    since: datetime
    ticks: int = 0
    narrow: int = 0


@frozen
class FilterState:
    """What is remembered of one symbol. While it warms up, `base` is the anchor from before."""

    rules: FilterRules
    anchor: LpQuote | None
    soft: Decimal
    hard: Decimal
    base: LpQuote | None
    warm_up: WarmUp | None
    seen: Mapping[LpCode, Seen]
    suspects: Mapping[LpCode, Suspect]


def unseen(rules: FilterRules, now: datetime) -> FilterState:
    """Know nothing: the market warms up, and any first price is believed to be one."""
    return FilterState(
        rules=rules,
        anchor=None,
        soft=ZERO,
        hard=ZERO,
        base=None,
        warm_up=WarmUp(since=now),
        seen=MappingProxyType({}),
        suspects=MappingProxyType({}),
    )


def under(state: FilterState, rules: FilterRules) -> FilterState:
    """Go on under other rules; bands change with the next quote."""
    return replace(state, rules=rules)


def after_gap(state: FilterState, now: datetime) -> FilterState:
    """Warm up again; the hard band stays around the price from before."""
    if state.anchor is None:
        return state
    base = state.anchor if is_warm(state, now) else state.base
    return replace(state, anchor=None, base=base, warm_up=WarmUp(since=now))


def without(state: FilterState, lp: LpCode) -> FilterState:
    """Forget what one LP sent."""
    return replace(
        state,
        seen={each: seen for each, seen in state.seen.items() if each != lp},
        suspects={each: it for each, it in state.suspects.items() if each != lp},
    )


def is_warm(state: FilterState, now: datetime) -> bool:
    """Tell whether the market has proved itself: enough narrow quotes, or enough time."""
    warm_up, rules = state.warm_up, state.rules
    if warm_up is None or warm_up.narrow >= rules.warm_up_ticks:
        return True
    enough = min(rules.warm_up_ticks, WARM_UP_TICKS_MIN)
    return warm_up.ticks >= enough and now - warm_up.since >= rules.warm_up_max


def is_recorded(quote: LpQuote, rules: FilterRules) -> bool:
    """Tell whether a quote is a recording's: what the clock says means nothing for it."""
    if quote.lp in rules.replaying:
        return True
    age_min = rules.recording_age_min
    return age_min is not None and quote.received_at - quote.lp_time >= age_min


def is_doubtful(state: FilterState, lp: LpCode) -> bool:
    """Tell whether an LP has stood beyond the band too long for its old quote to count."""
    suspect = state.suspects.get(lp)
    return suspect is not None and suspect.ticks >= state.rules.confirm_ticks


def is_frozen(state: FilterState, lp: LpCode, now: datetime) -> bool:
    """Tell whether an LP goes on repeating one price on a symbol that always moves."""
    seen, limit = state.seen.get(lp), state.rules.frozen_max
    return seen is not None and limit is not None and now - seen.moved_at > limit


def is_disputed(state: FilterState, now: datetime) -> bool:
    """Tell whether LPs beyond the band are not outvoted by those that quoted within it since."""
    if not state.suspects:
        return False
    beyond = {
        lp: suspect
        for lp, suspect in state.suspects.items()
        if suspect.reason is not Quarantine.WRONG_SCALE
        and now - suspect.quote.received_at <= state.rules.quote_age_max
        and (
            suspect.ticks >= state.rules.confirm_ticks
            or witnesses(state, suspect.quote, suspect.reason)
        )
    }
    if not beyond:
        return False
    since = min(suspect.since for suspect in beyond.values())
    return len(standing(state, since, now)) <= len(beyond)


def witnesses(state: FilterState, quote: LpQuote, reason: Quarantine) -> tuple[LpQuote, ...]:
    """Return other LPs' quotes of these seconds that are wild in the same way and say the same."""
    return tuple(
        suspect.quote
        for lp, suspect in state.suspects.items()
        if lp != quote.lp
        and suspect.reason is reason
        and quote.received_at - suspect.quote.received_at <= CONFIRM_WITHIN
        and near(state, suspect.quote, quote)
    )


def standing(state: FilterState, since: datetime, now: datetime) -> set[LpCode]:
    """Return the LPs whose last quote passed, after `since` and not too long ago to count."""
    oldest = max(since, now - state.rules.quote_age_max)
    return {
        lp
        for lp, seen in state.seen.items()
        if lp not in state.suspects and seen.passed is not None and seen.passed.received_at > oldest
    }


def width(quote: LpQuote, share: Decimal, rules: FilterRules) -> Decimal:
    """Return a share of the price as a price; near zero the floor keeps it from vanishing."""
    return max(abs(quote.bid) * share, rules.band_floor)


def distance(one: LpQuote, other: LpQuote) -> Decimal:
    return max(abs(one.bid - other.bid), abs(one.ask - other.ask))


def near(state: FilterState, one: LpQuote, other: LpQuote) -> bool:
    return distance(one, other) <= width(one, state.rules.soft_band, state.rules)
