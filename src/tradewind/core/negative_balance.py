"""Whoever lost more than was there owes nothing, where the rules say so.

Source: docs/domain/margin.md
"""

from dataclasses import replace

from tradewind.core.accounts import Account
from tradewind.core.ledger import NEGATIVE_BALANCE, Posting, PostingType, client, credit, transfer
from tradewind.core.money import ZERO


def made_good(account: Account) -> tuple[Account, tuple[Posting, ...]]:
    """Bring a negative balance to zero: credit first, then the house gives what is missing."""
    missing = -account.balance
    if missing <= ZERO:
        return account, ()
    used = min(account.credit, missing)
    own, code = client(account.id), account.currency.code
    postings = (
        *transfer(PostingType.CREDIT, credit(account.id), own, code, used),
        *transfer(PostingType.NEGATIVE_BALANCE, NEGATIVE_BALANCE, own, code, missing - used),
    )
    return replace(account, balance=ZERO, credit=account.credit - used), postings
