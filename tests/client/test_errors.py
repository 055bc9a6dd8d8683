"""What the API refuses arrives as an exception of its own kind, and nothing has changed."""

from decimal import Decimal
from uuid import UUID

import pytest

from tests.client.people import Person, market
from tradewind_client import (
    InvalidError,
    NewOrder,
    NotFoundError,
    Side,
    UnauthenticatedError,
)

NOBODY = UUID(int=7)


async def test_an_invalid_field_is_named_and_nothing_is_stored(trader: Person) -> None:
    before = await trader.last_event()
    wrong = NewOrder(symbol="EURUSD", side=Side.BUY, quantity=Decimal("0.5"))
    with pytest.raises(InvalidError) as told:
        await trader.client.orders.place(trader.account, wrong)
    assert [each.field for each in told.value.problem.errors] == ["quantity"]
    assert told.value.code == told.value.problem.errors[0].code
    assert await trader.last_event() == before


async def test_what_is_unknown_or_somebody_elses_is_not_found(trader: Person) -> None:
    client = trader.client
    for call, code in (
        (client.accounts.get(NOBODY), "account_not_found"),
        (client.orders.place(NOBODY, market()), "account_not_found"),
        (client.market.symbol("NOSUCH"), "symbol_not_found"),
    ):
        with pytest.raises(NotFoundError) as told:
            await call
        assert (told.value.code, told.value.problem.status) == (code, 404)


async def test_a_wrong_password_is_no_login(trader: Person) -> None:
    with pytest.raises(UnauthenticatedError) as told:
        await trader.client.log_in(trader.email, "wrong")
    assert told.value.code == "invalid_credentials"
    assert (await trader.client.me()).email == trader.email


async def test_without_a_login_nothing_is_sent(trader: Person) -> None:
    await trader.client.log_out()
    with pytest.raises(UnauthenticatedError) as told:
        await trader.client.me()
    assert told.value.code == "not_logged_in"
