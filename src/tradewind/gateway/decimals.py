"""The one way a decimal comes in: a JSON string of plain ASCII digits, bounded."""

import re
from decimal import Decimal
from typing import Final

#: 18 digits before the point, 10 after it; also published in the OpenAPI document.
UNSIGNED_PATTERN: Final = r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?"
SIGNED_PATTERN: Final = f"-?{UNSIGNED_PATTERN}"
_UNSIGNED: Final = re.compile(UNSIGNED_PATTERN)
_SIGNED: Final = re.compile(SIGNED_PATTERN)


def parse_decimal(text: object, *, signed: bool = False) -> Decimal | None:
    """Return the number a string spells, with its digits; None for anything else.

    No exponent, no plus, leading zero, bare point, underscore or space, no other script's digits;
    numbers, booleans and null are refused, never coerced. Without `signed` no minus either.
    """
    if not isinstance(text, str):
        return None
    form = _SIGNED if signed else _UNSIGNED
    return None if form.fullmatch(text) is None else Decimal(text)
