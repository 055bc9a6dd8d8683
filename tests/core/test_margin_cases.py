"""Every worked case of margin comes out as it was worked out by hand."""

from decimal import Decimal

import pytest

from tests.core import margin_cases, margin_cases_terms, margin_cases_tiers
from tests.core.margin_book import Case, valued

CASES = (*margin_cases.cases(), *margin_cases_tiers.cases(), *margin_cases_terms.cases())
CASES_MIN = 60
#: Results that do not end are written to a millionth.
SHOWN = Decimal("0.000001")


def shown(amount: Decimal | str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount).quantize(SHOWN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_worked_case_comes_out_as_worked(case: Case) -> None:
    found = valued(case)
    assert shown(found.used_margin) == shown(case.used), case.how
    if case.equity is not None:
        assert (shown(found.equity), shown(found.free_margin), shown(found.level)) == (
            shown(case.equity), shown(case.free), shown(case.level),
        )  # fmt: skip


def test_there_are_many_cases_and_each_has_its_own_name() -> None:
    names = {case.name for case in CASES}
    assert len(names) == len(CASES) >= CASES_MIN
