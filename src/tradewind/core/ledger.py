"""Double entry as (source, destination, positive amount): unbalanced cannot be written down.

Source: docs/domain/ledger.md
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

from tradewind.core.accounts import Account, Book
from tradewind.core.ids import AccountId
from tradewind.core.instruments import Instrument
from tradewind.core.money import ZERO, Currency, CurrencyCode, to_minor_unit
from tradewind.core.values import frozen

LedgerAccount = NewType("LedgerAccount", str)

COMMISSION: Final = LedgerAccount("house:commission")
EQUITY: Final = LedgerAccount("house:equity")
FEE: Final = LedgerAccount("house:fee")
FX: Final = LedgerAccount("house:fx")
NEGATIVE_BALANCE: Final = LedgerAccount("house:negative-balance")
TRADING: Final = {
    Book.A: LedgerAccount("house:trading:a"),
    Book.B: LedgerAccount("house:trading:b"),
}


class PostingType(StrEnum):
    """What a posting is for."""

    DEPOSIT = "deposit"
    PNL = "pnl"
    COMMISSION = "commission"
    #: Of a guaranteed stop that was used.
    PREMIUM = "premium"
    #: What the house gave, used up by a loss.
    CREDIT = "credit"
    #: What the house makes good of a loss beyond the balance.
    NEGATIVE_BALANCE = "negative_balance"


@frozen
class Posting:
    """Move `amount` (> 0, whole minor units of `currency`) from `source` to `destination`."""

    type: PostingType
    source: LedgerAccount
    destination: LedgerAccount
    currency: CurrencyCode
    amount: Decimal


def client(account_id: AccountId) -> LedgerAccount:
    """The ledger account that holds one trading account's balance."""
    return LedgerAccount(f"client:{account_id}")


def credit(account_id: AccountId) -> LedgerAccount:
    """The ledger account that holds one trading account's credit."""
    return LedgerAccount(f"client:{account_id}:credit")


def transfer(
    type_: PostingType,
    source: LedgerAccount,
    destination: LedgerAccount,
    currency: CurrencyCode,
    amount: Decimal,
) -> tuple[Posting, ...]:
    """Post a signed amount: negative turns source and destination round, zero posts nothing."""
    if amount == ZERO:
        return ()
    if amount < ZERO:
        source, destination = destination, source
    posting = Posting(
        type=type_,
        source=source,
        destination=destination,
        currency=currency,
        amount=abs(amount),
    )
    return (posting,)


def profit(
    account: Account, book: Book, instrument: Instrument, quote_pnl: Decimal, booked: Decimal
) -> tuple[Posting, ...]:
    """Post a client's P&L: `quote_pnl` is exact, `booked` what the account gets of it."""
    own, trading, code = client(account.id), TRADING[book], account.currency.code
    if instrument.quote == code:
        return transfer(PostingType.PNL, trading, own, code, booked)
    quote = Currency(code=instrument.quote, minor_digits=instrument.quote_minor_digits)
    in_quote = to_minor_unit(quote_pnl, quote)
    return (
        *transfer(PostingType.PNL, trading, FX, quote.code, in_quote),
        *transfer(PostingType.PNL, FX, own, code, booked),
    )


def balances(
    postings: Iterable[Posting],
) -> Mapping[tuple[LedgerAccount, CurrencyCode], Decimal]:
    """Fold postings into a balance per ledger account and currency."""
    totals: defaultdict[tuple[LedgerAccount, CurrencyCode], Decimal] = defaultdict(Decimal)
    for posting in postings:
        totals[posting.source, posting.currency] -= posting.amount
        totals[posting.destination, posting.currency] += posting.amount
    return totals
