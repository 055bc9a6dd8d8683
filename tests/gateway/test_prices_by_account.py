"""Whose prices a user sees whose accounts are in several groups."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import msgspec
import pytest

from tests.gateway.conftest import Api
from tradewind.contracts.ticks import TickPrice

#: client1 has these three accounts, in this order (infra/demo/people.py).
STANDARD, PRO, RAW = range(3)
BIDS = {"standard": "1.12100", "pro": "1.12110", "raw": "1.12120"}


def price_of_each_group(api: Api, bids: Mapping[str, str]) -> None:
    api.price("EURUSD", "1.12120", "1.12130")
    last = api.parts.feed.latest("EURUSD")
    assert last is not None
    api.ticks += 1
    prices = {
        group: TickPrice(bid=Decimal(bid), ask=Decimal(bid) + Decimal("0.00020"))
        for group, bid in bids.items()
    }
    api.parts.feed.receive(msgspec.json.encode(replace(last, seq=api.ticks, prices=prices)))


async def bid_and_ask(api: Api, **query: str) -> tuple[str, str]:
    (item,) = (await api.get("/v1/prices", symbols="EURUSD", **query))["items"]
    assert item["tradable"] is True
    return item["bid"], item["ask"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (STANDARD, ("1.12100", "1.12120")),
        (PRO, ("1.12110", "1.12130")),
        (RAW, ("1.12120", "1.12140")),
    ],
)
async def test_prices_are_those_of_the_named_accounts_group(
    api: Api, number: int, shown: tuple[str, str]
) -> None:
    price_of_each_group(api, BIDS)
    assert await bid_and_ask(api, account_id=api.account(number=number)) == shown


async def test_without_an_account_the_first_ones_group_counts_as_on_the_stream(api: Api) -> None:
    price_of_each_group(api, BIDS)
    assert await bid_and_ask(api) == ("1.12100", "1.12120")


async def test_the_price_shown_for_an_account_is_the_one_it_is_filled_at(api: Api) -> None:
    price_of_each_group(api, BIDS)
    account = api.account(number=PRO)
    _, ask = await bid_and_ask(api, account_id=account)
    body = {
        "symbol": "EURUSD",
        "side": "buy",
        "quantity": "1000",
        "requested_price": ask,
        "max_deviation": "0",
    }
    placed = (await api.post(f"/v1/accounts/{account}/orders", body)).json()
    assert (placed["state"], placed["average_price"]) == ("filled", ask)


async def test_a_group_without_a_price_shows_null_and_not_another_groups(api: Api) -> None:
    price_of_each_group(api, {"standard": BIDS["standard"]})
    account = api.account(number=RAW)
    (item,) = (await api.get("/v1/prices", symbols="EURUSD", account_id=account))["items"]
    assert (item["bid"], item["ask"], item["tradable"]) == (None, None, False)


async def test_the_account_of_somebody_else_is_as_unknown_as_one_that_is_not_there(
    api: Api,
) -> None:
    price_of_each_group(api, BIDS)
    headers = await api.as_user("client1")
    foreign, unknown = [
        await api.client.get(
            "/v1/prices", headers=headers, params={"symbols": "EURUSD", "account_id": account}
        )
        for account in (api.account("client2"), str(uuid4()))
    ]
    assert (foreign.status_code, foreign.json()["code"]) == (404, "account_not_found")
    assert unknown.status_code == 404
    assert foreign.json() == unknown.json()


@pytest.mark.parametrize("text", ["", "me", "{0}", "0" * 32])
async def test_an_account_that_is_no_id_is_a_wrong_query(api: Api, text: str) -> None:
    headers = await api.as_user("client1")
    parameters = {"symbols": "EURUSD", "account_id": text}
    refused = await api.client.get("/v1/prices", headers=headers, params=parameters)
    assert refused.status_code == 422
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("account_id", "invalid_id")
    ]
