"""A posting takes from one account what it gives to another."""

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.accounts import Book
from tradewind.core.ids import AccountId
from tradewind.core.ledger import (
    COMMISSION,
    FX,
    TRADING,
    Posting,
    PostingType,
    balances,
    client,
    transfer,
)
from tradewind.core.money import CurrencyCode

USD = CurrencyCode("USD")
OWN = client(AccountId(UUID(int=1)))
HOUSE = TRADING[Book.B]

ledger_accounts = st.sampled_from([OWN, HOUSE, FX, COMMISSION])
postings = st.builds(
    Posting,
    type=st.sampled_from(PostingType),
    source=ledger_accounts,
    destination=ledger_accounts,
    currency=st.sampled_from([USD, CurrencyCode("JPY")]),
    amount=st.decimals(min_value="0.01", max_value=1_000_000, places=2),
)


@given(st.lists(postings))
def test_money_is_conserved_in_every_currency(history: list[Posting]) -> None:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for (_, currency), balance in balances(history).items():
        total[currency] += balance
    assert set(total.values()) <= {Decimal(0)}


@given(st.decimals(min_value=-1_000, max_value=1_000, places=2))
def test_a_signed_transfer_gives_the_destination_that_amount(amount: Decimal) -> None:
    folded = balances(transfer(PostingType.PNL, HOUSE, OWN, USD, amount))
    assert folded.get((OWN, USD), Decimal(0)) == amount
    assert folded.get((HOUSE, USD), Decimal(0)) == -amount


@given(st.decimals(min_value=-1_000, max_value=1_000, places=2))
def test_a_posting_is_positive_and_nothing_posts_nothing(amount: Decimal) -> None:
    made = transfer(PostingType.PNL, HOUSE, OWN, USD, amount)
    assert len(made) == (amount != 0)
    assert all(posting.amount > 0 for posting in made)
