"""Who uses the demo: three clients with three accounts each, a dealer and an administrator."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

#: What each account starts with, by currency.
OPENING_BALANCES: Final = {
    "USD": Decimal("10000.00"),
    "EUR": Decimal("10000.00"),
    "JPY": Decimal(1_000_000),
}
BENCH_USER_ACCOUNTS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlan:
    """An account to open; its leverage is its group's cap."""

    currency: str
    group: str
    position_mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A login and its accounts; staff have none."""

    email: str
    name: str
    role: str
    accounts: tuple[AccountPlan, ...]


def _client(number: int, *plans: tuple[str, str, str]) -> Person:
    return Person(
        email=f"client{number}@tradewind.example",
        name=f"Client {number}",
        role="client",
        accounts=tuple(
            AccountPlan(currency=currency, group=group, position_mode=mode)
            for currency, group, mode in plans
        ),
    )


PEOPLE: Final = (
    _client(
        1,
        ("USD", "standard", "netting"),
        ("EUR", "pro", "hedging"),
        ("JPY", "raw", "netting"),
    ),
    _client(
        2,
        ("USD", "pro", "hedging"),
        ("EUR", "raw", "netting"),
        ("JPY", "standard", "hedging"),
    ),
    _client(
        3,
        ("USD", "raw", "netting"),
        ("EUR", "standard", "netting"),
        ("JPY", "pro", "hedging"),
    ),
    Person(email="dealer@tradewind.example", name="Dealer", role="dealer", accounts=()),
    Person(email="admin@tradewind.example", name="Administrator", role="admin", accounts=()),
)


def bench_person(number: int, accounts: int) -> Person:
    """Return one of the benchmark's users: USD, netting, group pro."""
    plan = AccountPlan(currency="USD", group="pro", position_mode="netting")
    return Person(
        email=f"bench{number:05}@tradewind.example",
        name=f"Bench {number}",
        role="client",
        accounts=(plan,) * accounts,
    )
