"""A key outlives the process that took it, and answers in every other process."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
from redis.asyncio import Redis

from tests.gateway.order_bodies import BUY, changed
from tests.gateway.running import ApiProcess, api_process
from tests.gateway.ticks import make_tick
from tradewind.contracts.ticks import ALIVE_KEY, LATEST_PREFIX
from tradewind.infra.demo.handover import HandoverUser
from tradewind.infra.settings import Settings

DEADLINE_S = 10.0
POLL_S = 0.02


def price() -> bytes:
    """A price of EURUSD as pricing publishes it."""
    now = datetime.now(UTC)
    return msgspec.json.encode(
        make_tick(symbol="EURUSD", bid="1.12130", ask="1.12140", seq=1, now=now)
    )


@asynccontextmanager
async def client_of(running: ApiProcess, user: HandoverUser) -> AsyncGenerator[httpx.AsyncClient]:
    """A logged-in client of a process."""
    async with httpx.AsyncClient(base_url=running.url) as client:
        body = {"email": user.email, "password": user.password}
        token = (await client.post("/v1/auth/login", json=body)).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client


async def until_tradable(client: httpx.AsyncClient, redis: Redis) -> None:
    """Publish a price and say that pricing lives until the process knows."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            await redis.publish(f"{LATEST_PREFIX}EURUSD", price())
            await redis.publish(ALIVE_KEY, "1")
            answer = await client.get("/v1/prices", params={"symbols": "EURUSD"})
            if answer.json()["items"][0]["tradable"]:
                return
            await asyncio.sleep(POLL_S)


async def send_all(
    client: httpx.AsyncClient, redis: Redis, sent: list[tuple[str, Any]]
) -> list[httpx.Response]:
    """Post each while pricing lives, with a key for each place in the list."""
    answers = []
    for number, (path, body) in enumerate(sent):
        await redis.publish(ALIVE_KEY, "1")
        headers = {"idempotency-key": f"key-{number}"}
        answers.append(await client.post(path, json=body, headers=headers))
    return answers


async def test_a_killed_process_leaves_its_keys_to_the_next(
    settings: Settings, seeded: Mapping[str, HandoverUser], redis_url: str, tmp_path: Path
) -> None:
    user = seeded["client1"]
    base = f"/v1/accounts/{user.accounts[0].id}"
    orders = f"{base}/orders"
    sent: list[tuple[str, Any]] = [
        (orders, changed({"client_order_id": "mine", "quantity": "5000"})),
        (orders, changed({"quantity": "10000000"})),
        (orders, changed({"client_order_id": "mine"})),
    ]
    with api_process(settings, tmp_path) as running:
        async with client_of(running, user) as client, Redis.from_url(redis_url) as redis:
            await until_tradable(client, redis)
            first = await send_all(client, redis, sent)
            position = first[0].json()["position_id"]
            sent.append((f"{base}/positions/{position}/close", {"quantity": "2000"}))
            first.append((await send_all(client, redis, sent))[-1])
        running.process.kill()
        await asyncio.to_thread(running.process.wait, DEADLINE_S)
    assert [answer.status_code for answer in first] == [201, 201, 409, 201]
    states = [answer.json().get("state") for answer in first]
    assert states == ["filled", "rejected", None, "filled"]
    with api_process(settings, tmp_path) as running:
        async with client_of(running, user) as client, Redis.from_url(redis_url) as redis:
            before = (await client.get(base)).json()["last_event"]
            again = await send_all(client, redis, sent)
            other = await client.post(orders, json=dict(BUY), headers={"idempotency-key": "key-0"})
            after = (await client.get(base)).json()["last_event"]
    assert [(a.status_code, a.content) for a in again] == [
        (a.status_code, a.content) for a in first
    ]
    assert {answer.headers["idempotent-replayed"] for answer in again} == {"true"}
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert after == before
