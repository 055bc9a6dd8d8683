import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.stream.world import World
from tradewind.services.identity.model import Audience, Role


async def test_a_client_with_a_token_is_ready(world: World) -> None:
    async with world.client():
        pass


async def test_a_connection_without_a_token_is_closed_after_five_seconds(world: World) -> None:
    began = time.monotonic()
    async with world.stranger() as stranger:
        assert await stranger.closed(within_s=7) == 4401
    assert 5 <= time.monotonic() - began < 6


@pytest.mark.parametrize("message", [
    {"type": "subscribe", "channel": "prices", "symbols": ["EURUSD"]},
    {"type": "auth", "token": "nonsense"},
    {"type": "auth"},
    {"no": "type"},
])  # fmt: skip
async def test_a_stranger_who_does_not_authenticate_is_closed(
    world: World, message: dict[str, object]
) -> None:
    async with world.stranger() as stranger:
        await stranger.say(**message)
        assert await stranger.closed() == 4401


async def test_a_staff_token_does_not_open_the_stream(world: World) -> None:
    dealer = await world.user("dealer@tradewind.example")
    session = await world.session(dealer, Audience.STAFF)
    async with world.stranger() as stranger:
        await stranger.say(type="auth", token=world.token(dealer, session, role=Role.DEALER))
        assert await stranger.closed() == 4401


@pytest.mark.parametrize("headers", [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"cookie": "a=b"},
    {"sec_fetch_site": "cross-site"},
])  # fmt: skip
async def test_a_foreign_page_is_refused_at_the_handshake(
    world: World, headers: dict[str, str]
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with world.stranger(**headers):
            pass
    assert refused.value.response.status_code == 403


async def test_our_own_page_may_connect(world: World) -> None:
    async with world.stranger(origin=f"http://localhost:{world.settings.port}"):
        pass


async def test_another_path_does_not_exist(world: World) -> None:
    world.url = world.url.replace("stream", "streams")
    with pytest.raises(InvalidStatus) as refused:
        async with world.stranger():
            pass
    assert refused.value.response.status_code == 404


async def test_an_expired_token_closes_the_connection(world: World) -> None:
    user = await world.user("client2@tradewind.example")
    session = await world.session(user)
    async with world.stranger() as client:
        await client.say(type="auth", token=world.token(user, session, timedelta(seconds=2)))
        await client.hear("ready")
        assert await client.closed() == 4401


async def test_a_fresh_token_keeps_the_connection(world: World) -> None:
    user = await world.user("client2@tradewind.example")
    session = await world.session(user)
    async with world.stranger() as client:
        await client.say(type="auth", token=world.token(user, session, timedelta(seconds=2)))
        await client.hear("ready")
        await client.say(type="auth", token=world.token(user, session))
        await client.hear("ready")
        with pytest.raises(TimeoutError):
            await client.closed(within_s=2.5)


async def test_another_users_token_closes_the_connection(world: World) -> None:
    other = await world.user("client3@tradewind.example")
    token = world.token(other, await world.session(other))
    async with world.client() as client:
        await client.say(type="auth", token=token)
        assert await client.closed() == 4401


async def test_a_session_that_ends_closes_its_connection_within_a_second(world: World) -> None:
    user = await world.user("client2@tradewind.example")
    session = await world.session(user)
    async with world.stranger() as client:
        await client.say(type="auth", token=world.token(user, session))
        await client.hear("ready")
        await world.auth.execute(
            "UPDATE refresh_family SET revoked_at = $2, revoked_reason = 'logout' WHERE id = $1",
            session, datetime.now(UTC),
        )  # fmt: skip
        assert await client.closed(within_s=1) == 4401


async def test_a_client_that_says_too_much_is_closed(world: World) -> None:
    async with world.client() as client:
        for _ in range(300):
            await client.say(type="unsubscribe", channel="prices")
        assert await client.closed() == 4429


async def test_a_message_over_the_frame_bound_ends_the_connection(world: World) -> None:
    async with world.client() as client:
        await client.say(type="auth", token="x" * 20_000)
        assert await client.closed() in {1002, 1006, 1009}


async def test_a_connection_hears_a_heartbeat_every_five_seconds(world: World) -> None:
    async with world.client() as client:
        await client.hear("heartbeat", within_s=5.5)
        began = time.monotonic()
        beat = await client.hear("heartbeat", within_s=5.5)
        assert 4.8 < time.monotonic() - began < 5.3
        assert abs(datetime.fromisoformat(beat["time"]) - datetime.now(UTC)) < timedelta(seconds=1)


async def test_ninety_clients_that_come_at_once_are_all_served(world: World) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(90):
            group.create_task(_visit(world))


async def _visit(world: World) -> None:
    async with world.client():
        pass
