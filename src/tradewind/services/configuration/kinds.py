"""What each kind's fields are worth: which never change, which need two persons, which one may.

Source: docs/domain/approvals.md
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final

import msgspec

from tradewind.core.errors import ForbiddenError, InvalidError
from tradewind.core.instruments import TradeMode
from tradewind.services.configuration.margin_terms import decimals_in
from tradewind.services.configuration.model import Actor, Authority, Change, Fields, Kind
from tradewind.services.configuration.terms import (
    CalendarTerms,
    FilterTerms,
    GroupTerms,
    LpTerms,
    MarkupTerms,
    SymbolTerms,
    Terms,
    check_terms,
)

_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?")
#: The validator says "…field `name`" or "… at `$.name`", and what is below the name.
_FIELD: Final = re.compile(r"`(?:\$\.)?([a-z_]{1,64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind: its terms, the fields that never change, and those that need two persons."""

    terms: type[Terms]
    immutable: frozenset[str]
    hard: frozenset[str] = frozenset()
    #: Something new is as hard as the fields it brings.
    new_is_hard: bool = False


SHAPES: Final[Mapping[Kind, Shape]] = {
    Kind.SYMBOL: Shape(
        terms=SymbolTerms,
        immutable=frozenset(
            {
                "symbol", "asset_class", "regulatory_class", "base", "quote", "price_precision",
                "pip", "contract_size", "allow_negative",
            }
        ),
        hard=frozenset({"margin_rate", "margin_floor", "margin_tiers"}),
        new_is_hard=True,
    ),
    Kind.GROUP: Shape(
        terms=GroupTerms,
        immutable=frozenset({"code"}),
        hard=frozenset(each.name for each in fields(GroupTerms)) - {"code", "name"},
        new_is_hard=True,
    ),
    Kind.MARKUP_RULE: Shape(
        terms=MarkupTerms, immutable=frozenset({"group", "symbol", "asset_class"})
    ),
    Kind.QUOTE_FILTER: Shape(
        terms=FilterTerms, immutable=frozenset({"symbol", "asset_class"})
    ),
    Kind.CALENDAR: Shape(terms=CalendarTerms, immutable=frozenset({"name"})),
    Kind.LIQUIDITY_PROVIDER: Shape(
        terms=LpTerms, immutable=frozenset({"code", "environment"})
    ),
}  # fmt: skip

#: What a dealer may change, and nothing else.
DEALER_MAY: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.SYMBOL: frozenset({"trade_mode"}),
    Kind.LIQUIDITY_PROVIDER: frozenset({"enabled"}),
}

#: From each mode, the modes that allow less.
STRICTER: Final[Mapping[TradeMode, frozenset[TradeMode]]] = {
    TradeMode.FULL: frozenset(TradeMode) - {TradeMode.FULL},
    TradeMode.LONG_ONLY: frozenset({TradeMode.CLOSE_ONLY, TradeMode.OFF}),
    TradeMode.SHORT_ONLY: frozenset({TradeMode.CLOSE_ONLY, TradeMode.OFF}),
    TradeMode.CLOSE_ONLY: frozenset({TradeMode.OFF}),
    TradeMode.OFF: frozenset(),
}


def require_authority(actor: Actor, change: Change) -> None:
    """Raise ForbiddenError unless the actor may change all of these fields."""
    if actor.authority is Authority.ADMIN:
        return
    allowed = DEALER_MAY.get(change.kind, frozenset())
    if (
        actor.authority is Authority.DEALER
        and change.version > 0
        and change.fields.keys() <= allowed
    ):
        return
    raise ForbiddenError("missing_role", "Your role does not allow this change.")


def merged(kind: Kind, base: Terms | None, changes: Fields) -> Terms:
    """Return the terms with some fields changed; InvalidError names the one that is wrong."""
    shape = SHAPES[kind]
    known = {each.name for each in fields(shape.terms)}
    unknown = changes.keys() - known
    if unknown:
        raise InvalidError(min(unknown)[:64], "unknown_field", "There is no such field.")
    try:
        terms = msgspec.convert({**document(base), **changes}, shape.terms)
    except msgspec.ValidationError as error:
        text = str(error)
        found = _FIELD.search(text)
        field = found.group(1) if found else "body"
        if text.startswith("Object missing required field"):
            raise InvalidError(field, "required", "It is missing.") from None
        raise InvalidError(field, "invalid_value", "It has a wrong type or value.") from None
    for name, value in changes.items():
        if isinstance(getattr(terms, name), Decimal):
            written = [value]
        elif name in {"margin_tiers", "leverage_rules"}:
            written = list(decimals_in(value))
        else:
            continue
        if not all(map(_is_plain, written)):
            raise InvalidError(name, "invalid_decimal", "A decimal is a string of digits.")
    check_terms(terms)
    return terms


def _is_plain(value: object) -> bool:
    """Tell whether a decimal is spelt as the API spells decimals."""
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def document(terms: Terms | None) -> dict[str, object]:
    """Return terms as JSON has them: decimals and times are texts."""
    return {} if terms is None else msgspec.to_builtins(terms)


def changed_fields(before: Terms | None, after: Terms) -> frozenset[str]:
    """Name the fields that differ in value, however they are spelt."""
    names = [each.name for each in fields(after)]
    if before is None:
        return frozenset(names)
    return frozenset(name for name in names if getattr(before, name) != getattr(after, name))


def require_changeable(kind: Kind, before: Terms, after: Terms) -> None:
    """Raise InvalidError when a field would change that never does."""
    never = SHAPES[kind].immutable & changed_fields(before, after)
    if never:
        raise InvalidError(min(never), "immutable", "It never changes.")


def hard_fields(kind: Kind, before: Terms | None, after: Terms) -> frozenset[str]:
    """Name the changed fields that need a second person; the trade mode when it allows more."""
    shape = SHAPES[kind]
    changed = changed_fields(before, after)
    if before is None:
        return changed if shape.new_is_hard else frozenset()
    hard = changed & shape.hard
    if (
        isinstance(before, SymbolTerms)
        and isinstance(after, SymbolTerms)
        and before.trade_mode is not after.trade_mode
        and after.trade_mode not in STRICTER[before.trade_mode]
    ):
        hard |= {"trade_mode"}
    return hard
