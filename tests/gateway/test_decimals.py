"""The one decimal parser: what it takes, and that it coerces nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.gateway.decimals import parse_decimal

REFUSED = [
    "", " ", "1 ", " 1", "+1", "1.", ".5", "01", "00.1", "1e3", "1E3", "1e308", "1e-9", "NaN",
    "nan", "Infinity", "-Infinity", "inf", "sNaN", "1,000", "1_000", "0x10", "0b1", "١٢٣", "\uff11",
    "1.٣", "²", "1\n", "\n1", "1\0", "--1", "1.2.3", "1" * 19, "1." + "1" * 11, "9" * 400,
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_anything_but_plain_bounded_ascii_digits_is_refused(text: str) -> None:
    assert parse_decimal(text) is None
    assert parse_decimal(text, signed=True) is None


@pytest.mark.parametrize("value", [1, 1.0, True, False, None, [], ["1"], {}, b"1", Decimal(1)])
def test_only_a_string_is_a_decimal(value: object) -> None:
    assert parse_decimal(value) is None


@pytest.mark.parametrize("text", ["-1", "-0.5", "-37.63"])
def test_a_minus_needs_to_be_allowed(text: str) -> None:
    assert parse_decimal(text) is None
    assert parse_decimal(text, signed=True) == Decimal(text)


@given(
    st.decimals(min_value=0, max_value=10**18 - 1, places=10, allow_nan=False, allow_infinity=False)
)
def test_what_we_spell_is_read_back_digit_for_digit(number: Decimal) -> None:
    text = format(number, "f")
    parsed = parse_decimal(text)
    assert parsed is not None
    assert str(format(parsed, "f")) == text


@given(st.text(max_size=40))
def test_any_text_is_refused_or_read_as_what_it_spells(text: str) -> None:
    parsed = parse_decimal(text, signed=True)
    if parsed is not None:
        assert parsed.is_finite()
        assert format(parsed, "f") == text
