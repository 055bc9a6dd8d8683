"""Everything an LP can do wrong with market data: the menu, and one fault chosen from it.

Source: docs/how-to/break-an-lp.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class FaultError(ValueError):
    """A fault that is not on the menu, or a parameter it does not take."""


class FaultName(StrEnum):
    """What can be broken."""

    STALE = "stale"
    SPIKE = "spike"
    CROSSED = "crossed"
    CROSS_COMPOSITE = "cross_composite"
    EMPTY_SNAPSHOT = "empty_snapshot"
    GAP = "gap"
    FLOOD = "flood"
    FROZEN = "frozen"
    WRONG_SCALE = "wrong_scale"
    OUT_OF_ORDER = "out_of_order"
    FUTURE_TIME = "future_time"
    PAST_TIME = "past_time"
    DUPLICATE = "duplicate"
    ONE_SIDED = "one_sided"
    NEGATIVE_PRICE = "negative_price"
    ZERO_PRICE = "zero_price"
    NAN_PRICE = "nan_price"
    LOGOUT = "logout"
    FLAP = "flap"
    UNKNOWN_SYMBOL = "unknown_symbol"
    STRAY_SYMBOL = "stray_symbol"


class Scope(StrEnum):
    """What a fault breaks."""

    #: One symbol, or all when none is named.
    SYMBOL = "symbol"
    #: All sessions; it takes no symbol.
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number within bounds, or one of a few words."""

    name: str
    default: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    choices: tuple[str, ...] = ()

    def accepted(self, text: str) -> str:
        """Return the text when it is a value of this parameter."""
        if self.choices:
            if text not in self.choices:
                raise FaultError(f"{self.name} must be one of {', '.join(self.choices)}")
            return text
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise FaultError(f"{self.name} must be a number, not {text!r}") from None
        if not number.is_finite() or not self.least <= number <= self.most:
            raise FaultError(f"{self.name} must lie between {self.least} and {self.most}")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dish:
    """One entry of the menu."""

    #: What a client sees, as a sentence.
    does: str
    parameters: tuple[Parameter, ...] = ()
    scope: Scope = Scope.SYMBOL


def _number(name: str, default: str, least: str, most: str) -> Parameter:
    return Parameter(name=name, default=default, least=Decimal(least), most=Decimal(most))


def _seconds(default: str) -> Parameter:
    """How long the fault lasts; 0 is until it is ended."""
    return _number("seconds", default, "0", "3600")


LASTING: Final = _seconds("0")

MENU: Final[Mapping[FaultName, Dish]] = MappingProxyType(
    {
        FaultName.STALE: Dish(
            does="no more quotes of the symbol; the session and its heartbeats go on",
            parameters=(LASTING,),
        ),
        FaultName.SPIKE: Dish(
            does="the next `ticks` quotes are off by `percent`, then the fault is over",
            parameters=(_number("percent", "5", "-99", "1000"), _number("ticks", "1", "1", "1000")),
        ),
        FaultName.CROSSED: Dish(
            does="the bid lies `points` above the ask; 0 makes both equal",
            parameters=(_number("points", "1", "0", "1000000"), LASTING),
        ),
        FaultName.CROSS_COMPOSITE: Dish(
            does="the whole quote is shifted up by `spreads` of its spread, beyond other LPs",
            parameters=(_number("spreads", "3", "-1000", "1000"), LASTING),
        ),
        FaultName.EMPTY_SNAPSHOT: Dish(
            does="a snapshot without entries (268=0), then silence; quotes return with a snapshot",
            parameters=(LASTING,),
        ),
        FaultName.GAP: Dish(
            does="market data is lost on its way, all symbols: its sequence numbers are missing",
            parameters=(_seconds("5"),),
            scope=Scope.SESSION,
        ),
        FaultName.FLOOD: Dish(
            does="`ticks_per_second` more quotes, each a point from the one before",
            parameters=(_number("ticks_per_second", "5000", "1", "200000"), _seconds("5")),
        ),
        FaultName.FROZEN: Dish(
            does="quotes go on with new times and the price of the first",
            parameters=(LASTING,),
        ),
        FaultName.WRONG_SCALE: Dish(
            does="prices are multiplied by `factor`",
            parameters=(Parameter(name="factor", default="100", choices=("100", "0.01")), LASTING),
        ),
        FaultName.OUT_OF_ORDER: Dish(
            does="of every two quotes the newer comes first",
            parameters=(LASTING,),
        ),
        FaultName.FUTURE_TIME: Dish(
            does="entry times (272, 273) lie `ahead` seconds in the future",
            parameters=(_number("ahead", "5", "0", "86400"), LASTING),
        ),
        FaultName.PAST_TIME: Dish(
            does="entry times (272, 273) lie `behind` seconds in the past",
            parameters=(_number("behind", "10", "0", "86400"), LASTING),
        ),
        FaultName.DUPLICATE: Dish(
            does="every quote is sent `copies` times",
            parameters=(_number("copies", "2", "2", "100"), LASTING),
        ),
        FaultName.ONE_SIDED: Dish(
            does="one side is deleted and not quoted any more",
            parameters=(
                Parameter(name="missing", default="ask", choices=("ask", "bid")),
                LASTING,
            ),
        ),
        FaultName.NEGATIVE_PRICE: Dish(
            does="bid and ask are below zero",
            parameters=(LASTING,),
        ),
        FaultName.ZERO_PRICE: Dish(
            does="bid and ask are zero",
            parameters=(LASTING,),
        ),
        FaultName.NAN_PRICE: Dish(
            does="a word stands where both prices should",
            parameters=(
                Parameter(name="text", default="NaN", choices=("NaN", "Infinity", "1e30", "abc")),
                LASTING,
            ),
        ),
        FaultName.LOGOUT: Dish(
            does="every session is logged out and logons are refused",
            parameters=(_seconds("5"),),
            scope=Scope.SESSION,
        ),
        FaultName.FLAP: Dish(
            does="every session goes down and comes up again `times_per_minute`",
            parameters=(_number("times_per_minute", "10", "1", "60"), LASTING),
            scope=Scope.SESSION,
        ),
        FaultName.UNKNOWN_SYMBOL: Dish(
            does="subscriptions end with a reject (281=0), and new ones are refused",
            parameters=(LASTING,),
        ),
        FaultName.STRAY_SYMBOL: Dish(
            does="every quote is followed by a snapshot of `SYMBOL.STRAY`, which nobody asked for",
            parameters=(LASTING,),
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault with all its parameters; without a symbol it concerns every one."""

    name: FaultName
    symbol: str | None
    parameters: Mapping[str, str]

    def number(self, name: str) -> Decimal:
        """Return a number; seconds are 0 where the fault ends otherwise."""
        return Decimal(self.parameters.get(name, "0"))

    def concerns(self, symbol: str) -> bool:
        """Tell whether it breaks this symbol."""
        return self.symbol is None or self.symbol == symbol


def fault(name: str, symbol: str | None, given: Mapping[str, str]) -> Fault:
    """Choose from the menu; parameters that are not given have their defaults."""
    if name not in list(FaultName):
        raise FaultError(f"no fault {name!r}; there are {', '.join(FaultName)}")
    dish = MENU[FaultName(name)]
    if symbol and dish.scope is Scope.SESSION:
        raise FaultError(f"{name} concerns whole sessions and takes no symbol")
    surplus = set(given) - {parameter.name for parameter in dish.parameters}
    if surplus:
        raise FaultError(f"{name} takes no {', '.join(sorted(surplus))}")
    return Fault(
        name=FaultName(name),
        symbol=symbol or None,
        parameters={
            each.name: each.accepted(given.get(each.name, each.default)) for each in dish.parameters
        },
    )


def fault_from_text(text: str) -> Fault:
    """Read `NAME[:SYMBOL][:PARAM]`; several parameters stand in the menu's order after commas."""
    name, _, rest = text.partition(":")
    symbol, _, words = rest.partition(":")
    names = [each.name for each in MENU[FaultName(name)].parameters] if name in MENU else []
    values = words.split(",") if words else []
    if len(values) > len(names) and names:
        raise FaultError(f"{name} takes {len(names)} parameters: {', '.join(names)}")
    return fault(name, symbol or None, dict(zip(names, values, strict=False)))
