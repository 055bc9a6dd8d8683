"""What terms refer to must exist, and every currency must convert into every account's.

Source: docs/domain/margin.md
"""

import re
from typing import Final

from tradewind.core.errors import InvalidError
from tradewind.core.ids import Symbol
from tradewind.core.margin import convert
from tradewind.core.market import Mid
from tradewind.core.money import CurrencyCode
from tradewind.infra.postgres import Connection
from tradewind.services.configuration import store
from tradewind.services.configuration.model import Change, Kind
from tradewind.services.configuration.terms import (
    ONE,
    CalendarTerms,
    FilterTerms,
    GroupTerms,
    LpTerms,
    MarkupTerms,
    SymbolTerms,
    Terms,
)

MINOR_DIGITS_MAX: Final = 4
_NAMES: Final = {
    Kind.SYMBOL: re.compile(r"[A-Z0-9]{3,12}"),
    Kind.GROUP: re.compile(r"[a-z0-9-]{2,32}"),
    Kind.CALENDAR: re.compile(r"[a-z0-9-]{2,32}"),
    Kind.LIQUIDITY_PROVIDER: re.compile(r"[a-z0-9-]{2,32}"),
}
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


def subject_of(terms: Terms) -> str:
    """Return what terms are called: a rule is its group with a symbol or an asset class."""
    match terms:
        case SymbolTerms():
            return terms.symbol
        case GroupTerms() | LpTerms():
            return terms.code
        case CalendarTerms():
            return terms.name
        case FilterTerms():
            return terms.symbol or str(terms.asset_class)
        case MarkupTerms():
            parts = (terms.group, terms.symbol, terms.asset_class)
            return ":".join(part for part in parts if part is not None)


async def require_references(
    tx: Connection, change: Change, after: Terms, digits: object
) -> int | None:
    """Raise InvalidError for a reference to nothing; return a new currency's digits."""
    name = _NAMES.get(change.kind)
    if name is not None and change.version == 0 and name.fullmatch(change.subject) is None:
        raise InvalidError("name", "invalid_name", "Letters, digits and hyphens; see the others.")
    match after:
        case SymbolTerms():
            return await _require_symbol(tx, after, digits)
        case MarkupTerms():
            await _require(tx, Kind.GROUP, after.group, "group")
            if after.symbol is not None:
                await _require(tx, Kind.SYMBOL, after.symbol, "symbol")
        case FilterTerms(symbol=str(symbol)):
            await _require(tx, Kind.SYMBOL, symbol, "symbol")
        case LpTerms():
            if after.environment != await store.environment(tx):
                raise InvalidError("environment", "wrong_environment", "The installation's own.")
            for symbol in after.symbol_map:
                await _require(tx, Kind.SYMBOL, symbol, "symbol_map")
        case GroupTerms():
            await _require_symbols(tx, after)
        case CalendarTerms() | FilterTerms():
            pass
    return None


async def _require(tx: Connection, kind: Kind, subject: str, field: str) -> None:
    if not await store.histories(tx, kind, subject):
        raise InvalidError(field, f"unknown_{kind}", "There is no such thing.")


async def _require_symbols(tx: Connection, after: GroupTerms) -> None:
    for rule in after.leverage_rules:
        if rule.symbol is not None:
            await _require(tx, Kind.SYMBOL, rule.symbol, "leverage_rules")


async def _require_symbol(tx: Connection, after: SymbolTerms, digits: object) -> int | None:
    await _require(tx, Kind.CALENDAR, after.calendar, "calendar")
    strangers = after.lp_symbols.keys() - await store.lp_codes(tx)
    if strangers:
        raise InvalidError("lp_symbols", "unknown_liquidity_provider", "There is no such LP.")
    brought = await _new_currency(tx, after, digits)
    await _require_conversion(tx, after)
    return brought


async def _new_currency(tx: Connection, after: SymbolTerms, digits: object) -> int | None:
    """Return the digits of a currency that comes with the symbol, None for a known one."""
    if after.quote in await store.currencies(tx):
        if digits is not None:
            raise InvalidError("quote_minor_digits", "known_currency", "Its digits are known.")
        return None
    if _CURRENCY.fullmatch(after.quote) is None:
        raise InvalidError("quote", "invalid_currency", "A currency is a code of ISO 4217.")
    if digits is None:
        raise InvalidError("quote", "unknown_currency", "Say quote_minor_digits to bring it.")
    if isinstance(digits, bool) or not isinstance(digits, int):
        raise InvalidError("quote_minor_digits", "invalid_value", "A whole number.")
    if not 0 <= digits <= MINOR_DIGITS_MAX:
        raise InvalidError("quote_minor_digits", "out_of_range", "From 0 to 4.")
    return digits


async def _require_conversion(tx: Connection, after: SymbolTerms) -> None:
    """Refuse a currency in which some account could neither be margined nor settled."""
    listed = await store.pairs(tx)
    listed[CurrencyCode(after.base), CurrencyCode(after.quote)] = Symbol(after.symbol)
    quote = CurrencyCode(after.quote)
    for currency in await store.account_currencies(tx):
        if convert(quote, currency, listed, _any_mid) is None:
            raise InvalidError(
                "quote", "no_conversion_path", f"Nothing converts {quote} into {currency}."
            )


def _any_mid(_symbol: Symbol) -> Mid:
    """Stand in for a price: whether there is a way does not depend on it."""
    return Mid(price=ONE, fresh=True)
