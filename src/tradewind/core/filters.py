"""Which quotes may move a price: `decide` judges one, `evolve` remembers what was decided.

The state is one symbol's. Its anchor is the last quote that passed; a quote far from it needs a
second LP or must stand for a while. Source: docs/domain/quotes.md
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final, assert_never

from tradewind.core.filter_state import (
    FilterRules,
    FilterState,
    Seen,
    Suspect,
    WarmUp,
    distance,
    is_recorded,
    is_warm,
    near,
    standing,
    width,
    witnesses,
)
from tradewind.core.money import ZERO
from tradewind.core.quotes import LpQuote, Quarantine, is_repeat
from tradewind.core.values import frozen

#: A price this many times the anchor, or less than its inverse, is in other units and no move.
OTHER_UNITS: Final = Decimal(50)
#: As many LPs as it takes to move a price beyond the hard band.
AGREEING_MIN: Final = 2


@frozen
class Accepted:
    """The quote counts."""

    quote: LpQuote


@frozen
class Rebased:
    """The quote counts and is the new anchor, with the quotes that confirm it; all others go."""

    quote: LpQuote
    confirming: tuple[LpQuote, ...]
    warms_up: bool


@frozen
class Quarantined:
    """The quote does not count. `suspect` is what its LP is held to be since, if anything."""

    quote: LpQuote
    reason: Quarantine
    suspect: Suspect | None = None


Verdict = Accepted | Rebased | Quarantined


def decide(state: FilterState, quote: LpQuote, now: datetime) -> Verdict:
    """Judge one quote."""
    rules = state.rules
    reason = _misshapen(quote, rules) or _mistimed(quote, rules, state.seen.get(quote.lp))
    if reason is not None:
        return Quarantined(quote=quote, reason=reason)
    anchor = state.anchor
    if anchor is not None and distance(quote, anchor) <= state.soft:
        return Accepted(quote=quote)
    if anchor is not None and is_warm(state, now):
        return _beyond(state, quote, anchor, state.hard)
    base = state.base
    if base is not None and distance(quote, base) > width(base, rules.hard_band, rules):
        return _beyond(state, quote, base, ZERO)
    if anchor is None:
        return Accepted(quote=quote)
    return Rebased(quote=quote, confirming=(), warms_up=True)


def evolve(state: FilterState, verdict: Verdict, now: datetime) -> FilterState:
    """Remember a verdict."""
    quote = verdict.quote
    match verdict:
        case Accepted():
            warm_up = state.warm_up
            if warm_up is not None:
                warm_up = None if is_warm(state, now) else _warmer(warm_up, quote, state.rules)
            return _anchored(state, quote, warm_up)
        case Rebased(confirming=confirming, warms_up=warms_up):
            fresh = replace(
                state,
                seen={
                    **state.seen,
                    **{q.lp: Seen(last=q, passed=q, moved_at=q.received_at) for q in confirming},
                },
                suspects={},
                base=None if confirming else state.base,
            )
            warm_up = _warmer(WarmUp(since=now), quote, state.rules) if warms_up else None
            return _anchored(fresh, quote, warm_up)
        case Quarantined(suspect=suspect):
            return state if suspect is None else _suspecting(state, suspect)
        case _:
            assert_never(verdict)


def _suspecting(state: FilterState, suspect: Suspect) -> FilterState:
    """Remember a quote beyond the band; what passed before it stays known."""
    quote, seen = suspect.quote, state.seen.get(suspect.quote.lp)
    kept = (
        replace(seen, last=quote)
        if seen is not None
        else Seen(last=quote, passed=None, moved_at=quote.received_at)
    )
    return replace(
        state,
        seen={**state.seen, quote.lp: kept},
        suspects={**state.suspects, quote.lp: suspect},
    )


def _misshapen(quote: LpQuote, rules: FilterRules) -> Quarantine | None:
    bid, ask = quote.bid, quote.ask
    if not (bid.is_finite() and ask.is_finite()):
        return Quarantine.NOT_A_NUMBER
    if bid <= ZERO and not rules.allow_negative:
        return Quarantine.NOT_POSITIVE
    return Quarantine.CROSSED if bid >= ask else None


def _mistimed(quote: LpQuote, rules: FilterRules, seen: Seen | None) -> Quarantine | None:
    if seen is not None and is_repeat(quote, seen.last):
        return Quarantine.DUPLICATE
    if is_recorded(quote, rules):
        return None
    age = quote.received_at - quote.lp_time
    if age > rules.late_max:
        return Quarantine.LATE
    if -age > rules.future_max:
        return Quarantine.FUTURE
    # When our own clock was put back, both times are lower and say nothing of the LP.
    if seen is not None and quote.lp_time < seen.last.lp_time:
        return Quarantine.OUT_OF_ORDER if quote.received_at >= seen.last.received_at else None
    return None


def _beyond(state: FilterState, quote: LpQuote, anchor: LpQuote, hard: Decimal) -> Verdict:
    """Judge a quote beyond the soft band: confirmed by others, standing for a while, or alone."""
    suspect = _suspected(state, quote, _reason(quote, anchor, hard))
    verdict = Quarantined(quote=quote, reason=suspect.reason, suspect=suspect)
    confirming = witnesses(state, quote, suspect.reason)
    match suspect.reason:
        case Quarantine.OUTLIER if confirming or _stands_alone(state, suspect):
            return Rebased(quote=quote, confirming=confirming, warms_up=False)
        case Quarantine.OUT_OF_BAND if _all_agree(state, suspect, confirming):
            return Rebased(quote=quote, confirming=confirming, warms_up=True)
        case _:
            return verdict


def _reason(quote: LpQuote, anchor: LpQuote, hard: Decimal) -> Quarantine:
    was, is_now = anchor.bid + anchor.ask, quote.bid + quote.ask
    if was > ZERO and is_now > ZERO and max(was, is_now) >= min(was, is_now) * OTHER_UNITS:
        return Quarantine.WRONG_SCALE
    return Quarantine.OUT_OF_BAND if distance(quote, anchor) > hard else Quarantine.OUTLIER


def _suspected(state: FilterState, quote: LpQuote, reason: Quarantine) -> Suspect:
    """Count a quote with the LP's last wild ones if it stands where they stood."""
    before = state.suspects.get(quote.lp)
    if before is None or before.reason is not reason or not near(state, before.quote, quote):
        return Suspect(quote=quote, reason=reason, since=quote.received_at, ticks=1)
    return Suspect(quote=quote, reason=reason, since=before.since, ticks=before.ticks + 1)


def _stands_alone(state: FilterState, suspect: Suspect) -> bool:
    """Tell whether an LP repeats a move often enough and nobody has denied it meanwhile."""
    return suspect.ticks >= state.rules.confirm_ticks and not (
        standing(state, suspect.since, suspect.quote.received_at) - {suspect.quote.lp}
    )


def _all_agree(state: FilterState, suspect: Suspect, confirming: tuple[LpQuote, ...]) -> bool:
    """Tell whether all LPs that live, two at least, have stood beyond the hard band together."""
    oldest = suspect.quote.received_at - state.rules.quote_age_max
    living = {lp for lp, seen in state.seen.items() if seen.last.received_at >= oldest}
    agreeing = {quote.lp for quote in confirming} | {suspect.quote.lp}
    return (
        len(agreeing) >= AGREEING_MIN
        and living <= agreeing
        and suspect.ticks >= state.rules.confirm_ticks
        and all(state.suspects[quote.lp].ticks >= state.rules.confirm_ticks for quote in confirming)
    )


def _anchored(state: FilterState, quote: LpQuote, warm_up: WarmUp | None) -> FilterState:
    """Take a quote as the LP's last and the symbol's anchor."""
    rules, lp, seen = state.rules, quote.lp, state.seen.get(quote.lp)
    passed = seen.passed if seen is not None else None
    stands = (
        seen is not None
        and passed is not None
        and (passed.bid == quote.bid and passed.ask == quote.ask)
    )
    moved_at = seen.moved_at if seen is not None and stands else quote.received_at
    suspects = state.suspects
    if suspects and lp in suspects:
        suspects = {each: it for each, it in suspects.items() if each != lp}
    return FilterState(
        rules=rules,
        anchor=quote,
        soft=width(quote, rules.soft_band, rules),
        hard=width(quote, rules.hard_band, rules),
        base=state.base if warm_up is not None else None,
        warm_up=warm_up,
        seen={**state.seen, lp: Seen(last=quote, passed=quote, moved_at=moved_at)},
        suspects=suspects,
    )


def _warmer(warm_up: WarmUp, quote: LpQuote, rules: FilterRules) -> WarmUp | None:
    """Count one more quote that agrees; None once the market is warm.

    A recording is warm at once: its first quotes are part of it.
    """
    if is_recorded(quote, rules):
        return None
    narrow = quote.ask - quote.bid <= width(quote, rules.warm_up_spread, rules)
    counted = WarmUp(
        since=warm_up.since, ticks=warm_up.ticks + 1, narrow=warm_up.narrow + (1 if narrow else 0)
    )
    return None if counted.narrow >= rules.warm_up_ticks else counted
