"""A login that lasts: tokens rotate, and a stale one is replaced without anybody noticing."""

import asyncio

import pytest

from tests.client.people import BRISK, Person
from tests.flows.live import Live
from tradewind_client import Client, LogoutScope, UnauthenticatedError
from tradewind_client.accounts import TokenPair
from tradewind_client.tokens import MARGIN_S, Tokens


async def test_refreshing_rotates_the_tokens_and_the_login_goes_on(trader: Person) -> None:
    tokens = trader.client._transport.tokens
    first = await tokens.access()
    await trader.client.refresh()
    assert await tokens.access() != first
    assert (await trader.client.me()).email == trader.email


async def test_calls_with_a_refused_token_renew_it_once_and_succeed(trader: Person) -> None:
    tokens = trader.client._transport.tokens
    pair = tokens._current()
    tokens.take(TokenPair(access_token="stale", expires_in=900, refresh_token=pair.refresh_token))
    async with asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(trader.client.me()) for _ in range(5)]
    assert {each.result().email for each in asking} == {trader.email}
    assert tokens._current().refresh_token != pair.refresh_token


async def test_a_login_that_has_ended_elsewhere_is_said_plainly(live: Live, trader: Person) -> None:
    async with Client(live.platform.url, retrying=BRISK) as other:
        await other.log_in(trader.email, trader.password)
        await other.log_out(LogoutScope.EVERYWHERE)
    with pytest.raises(UnauthenticatedError) as told:
        await trader.client.refresh()
    assert told.value.code == "invalid_refresh_token"


async def test_a_token_is_renewed_before_it_ends_and_by_one_call_alone() -> None:
    used: list[str] = []

    async def exchange(refresh_token: str) -> TokenPair:
        used.append(refresh_token)
        await asyncio.sleep(0)
        return TokenPair(access_token="second", expires_in=900, refresh_token="r2")

    tokens = Tokens(exchange)
    ends_soon = int(MARGIN_S) - 1
    tokens.take(TokenPair(access_token="first", expires_in=ends_soon, refresh_token="r1"))
    async with asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(tokens.access()) for _ in range(3)]
    assert [each.result() for each in asking] == ["second"] * 3
    assert used == ["r1"]
