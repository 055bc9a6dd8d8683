"""Caps hold whatever else is configured, and more never costs less."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import EURUSD, account, mark, position, terms
from tradewind.core.accounts import GroupTerms, LeverageRule
from tradewind.core.ids import Symbol
from tradewind.core.instruments import AssetClass, MarginTier
from tradewind.core.margin import Mark, through_tiers, used_margin
from tradewind.core.money import Price, Quantity
from tradewind.core.regimes import PROFILES, Regime, RegulatoryClass, leverage_cap

D = Decimal
OPEN = Price(D("1.25"))
LEVERAGES = st.sampled_from([1, 2, 3, 5, 7, 10, 20, 30, 33, 50, 100, 200, 500, 2_000]).map(D)
RATES = st.decimals("0.0005", 1, places=4)
AMOUNTS = st.decimals(1, 50_000_000, places=2)
TIERS = st.builds(MarginTier, above=AMOUNTS, rate=RATES)
TIER_LISTS = st.lists(TIERS, max_size=5).map(
    lambda tiers: tuple(sorted(tiers, key=lambda tier: (tier.above, tier.rate)))
)
RULES = st.one_of(
    st.builds(LeverageRule, symbol=st.sampled_from([EURUSD, Symbol("XAUUSD")]), leverage=LEVERAGES),
    st.builds(LeverageRule, asset_class=st.sampled_from(AssetClass), leverage=LEVERAGES),
)
GROUPS = st.builds(
    terms,
    leverage_cap=LEVERAGES,
    leverage_rules=st.lists(RULES, max_size=3).map(tuple),
    regime=st.sampled_from(Regime),
)
MARKS = st.builds(
    mark,
    margin_rate=RATES,
    margin_tiers=TIER_LISTS,
    regulatory_class=st.sampled_from([*RegulatoryClass, "unheard_of"]),
)


def used(leverage: Decimal, group: GroupTerms, shown: Mark, quantity: Decimal) -> Decimal:
    held = position(quantity=Quantity(quantity), open_price=OPEN)
    return used_margin(account(leverage=leverage), group, [held], {EURUSD: shown})


@given(LEVERAGES, GROUPS, MARKS, AMOUNTS)
def test_no_terms_give_more_leverage_than_any_of_them_allows(
    leverage: Decimal, group: GroupTerms, shown: Mark, quantity: Decimal
) -> None:
    notional, found = quantity * OPEN, used(leverage, group, shown, quantity)
    cap = leverage_cap(group.regime, shown.instrument.regulatory_class)
    assert cap is None or found >= notional / cap
    assert found >= notional / leverage
    assert found >= notional / group.leverage_cap
    assert found >= notional * shown.instrument.margin_rate


@given(LEVERAGES, GROUPS, MARKS, AMOUNTS, AMOUNTS)
def test_a_larger_quantity_never_needs_less(
    leverage: Decimal, group: GroupTerms, shown: Mark, quantity: Decimal, more: Decimal
) -> None:
    smaller = used(leverage, group, shown, quantity)
    assert used(leverage, group, shown, quantity + more) > smaller


@given(LEVERAGES, GROUPS, MARKS, AMOUNTS, TIERS)
def test_one_more_tier_never_needs_less(
    leverage: Decimal, group: GroupTerms, shown: Mark, quantity: Decimal, tier: MarginTier
) -> None:
    tiers = sorted((*shown.instrument.margin_tiers, tier), key=lambda each: each.above)
    stricter = replace(shown, instrument=replace(shown.instrument, margin_tiers=tuple(tiers)))
    assert used(leverage, group, stricter, quantity) >= used(leverage, group, shown, quantity)


@given(LEVERAGES, GROUPS, MARKS, AMOUNTS)
def test_a_leverage_rule_and_a_regime_only_tighten(
    leverage: Decimal, group: GroupTerms, shown: Mark, quantity: Decimal
) -> None:
    free = replace(group, leverage_rules=(), regime=Regime.OFFSHORE)
    assert used(leverage, group, shown, quantity) >= used(leverage, free, shown, quantity)


@given(AMOUNTS, LEVERAGES, RATES)
def test_without_tiers_all_of_it_is_asked_the_base(
    notional: Decimal, leverage: Decimal, rate: Decimal
) -> None:
    assert through_tiers(notional, (), leverage, rate) == max(notional / leverage, notional * rate)


def test_the_retail_profile_closes_out_at_half_and_protects_the_balance() -> None:
    retail = PROFILES[Regime.RETAIL_ESMA]
    assert (retail.close_out_level, retail.negative_balance_protection, retail.credit_counts) == (
        D(50), True, False,
    )  # fmt: skip
    assert {str(name): cap for name, cap in retail.caps.items()} == {
        "fx_major": 30, "fx_minor": 20, "gold": 20, "index_major": 20, "index_minor": 10,
        "commodity": 10, "stock": 5, "crypto": 2,
    }  # fmt: skip


def test_the_other_profiles_bind_nothing() -> None:
    for regime in (Regime.PROFESSIONAL, Regime.OFFSHORE):
        profile = PROFILES[regime]
        assert leverage_cap(regime, RegulatoryClass.CRYPTO) is None
        assert (profile.close_out_level, profile.negative_balance_protection) == (None, False)
        assert profile.credit_counts
