"""The margin terms that are lists: an instrument's tiers and a group's leverage rules.

Source: docs/domain/margin.md
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from tradewind.core.accounts import LeverageRule
from tradewind.core.instruments import MarginTier

TIERS_MAX: Final = 20
LEVERAGE_RULES_MAX: Final = 200
DIGITS_MAX: Final = 18
ONE: Final = Decimal(1)


def are_tiers(tiers: Sequence[MarginTier]) -> bool:
    """Tell whether tiers rise in bound and in rate, so that one more never lowers a margin."""
    return (
        len(tiers) <= TIERS_MAX
        and all(is_number(each.above) and is_number(each.rate) for each in tiers)
        and all(each.above > 0 and 0 < each.rate <= ONE for each in tiers)
        and all(a.above < b.above and a.rate < b.rate for a, b in pairwise(tiers))
    )


def are_leverage_rules(rules: Sequence[LeverageRule]) -> bool:
    """Tell whether each rule is for one symbol or one asset class, and no two for the same."""
    subjects = {(each.symbol, each.asset_class) for each in rules}
    return (
        len(rules) <= LEVERAGE_RULES_MAX
        and len(subjects) == len(rules)
        and all((each.symbol is None) != (each.asset_class is None) for each in rules)
        and all(is_number(each.leverage) and each.leverage >= ONE for each in rules)
    )


def is_number(value: Decimal) -> bool:
    """Tell whether a decimal is finite and of at most 18 digits before the point."""
    return value.is_finite() and value.adjusted() < DIGITS_MAX


def decimals_in(value: object) -> Iterator[object]:
    """Yield what stands for decimals in a list of tiers or of rules, as it was written."""
    if isinstance(value, (list, tuple)):
        for each in value:
            if isinstance(each, dict):
                yield from (each[name] for name in ("above", "rate", "leverage") if name in each)
