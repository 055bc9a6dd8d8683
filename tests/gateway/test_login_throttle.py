"""Guessing passwords."""

import asyncio
import statistics
import time
from datetime import timedelta

import httpx
import pytest

from tests.gateway.conftest import Api
from tradewind.infra.postgres import open_pool


async def attempt(api: Api, email: str, password: str, address: str) -> httpx.Response:
    """Try to log in from an address."""
    transport = httpx.ASGITransport(api.app, client=(address, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        return await client.post("/v1/auth/login", json={"email": email, "password": password})


async def failures(api: Api) -> int:
    async with await open_pool(api.settings, "tw_auth", size_max=1) as pool:
        return await pool.fetchval("SELECT count(*) FROM login_failure")


async def test_after_ten_failures_each_further_one_must_wait_longer(api: Api) -> None:
    email = api.users["client1"].email
    for number in range(10):
        answer = await attempt(api, email, "wrong", f"192.0.2.{number}")
        assert answer.status_code == 401
    waits = []
    for number in range(4):
        answer = await attempt(api, email, "wrong", f"198.51.100.{number}")
        assert (answer.status_code, answer.json()["code"]) == (429, "login_throttled")
        waits.append(int(answer.headers["retry-after"]))
        api.clock.ahead += timedelta(seconds=waits[-1])
        assert (await attempt(api, email, "wrong", "203.0.113.1")).status_code == 401
    assert waits == [1, 2, 4, 8]
    assert await failures(api) == 14, "a refused attempt is not counted"


async def test_a_refused_attempt_runs_no_hash(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    user = api.users["client1"]
    for _ in range(10):
        await attempt(api, user.email, "wrong", "192.0.2.1")

    def hashed(*_: object) -> bool:
        raise AssertionError("a hash was run")

    monkeypatch.setattr("tradewind.services.identity.passwords.password_matches", hashed)
    assert (await attempt(api, user.email, user.password, "192.0.2.2")).status_code == 429


async def test_stuffing_from_many_addresses_gets_at_most_a_hundred_tries_a_day(api: Api) -> None:
    email = api.users["client1"].email
    tried = 0
    for number in range(400):
        answer = await attempt(api, email, "wrong", f"10.{number // 250}.{number % 250}.7")
        tried += answer.status_code == 401
        if answer.status_code == 429:
            waited = timedelta(seconds=int(answer.headers["retry-after"]))
            if api.clock.ahead + waited > timedelta(hours=23):
                break
            api.clock.ahead += waited
    assert 90 <= tried <= 100


async def test_an_address_that_tries_many_names_is_stopped_and_others_are_not(api: Api) -> None:
    answers = [
        (await attempt(api, f"user{n}@tradewind.example", "Summer2026!", "192.0.2.9")).status_code
        for n in range(60)
    ]
    assert answers == [401] * 50 + [429] * 10
    user = api.users["client1"]
    assert (await attempt(api, user.email, user.password, "192.0.2.9")).status_code == 429
    assert (await attempt(api, user.email, user.password, "192.0.2.10")).status_code == 200
    api.clock.ahead = timedelta(minutes=16)
    assert (await attempt(api, user.email, user.password, "192.0.2.9")).status_code == 200


async def test_a_whole_ipv6_network_is_one_address(api: Api) -> None:
    answers = [
        (await attempt(api, f"user{n}@tradewind.example", "x", f"2001:db8:1:2::{n:x}")).status_code
        for n in range(55)
    ]
    assert answers == [401] * 50 + [429] * 5


async def test_the_owner_still_gets_in_from_where_they_logged_in_before(api: Api) -> None:
    user = api.users["client1"]
    assert (await attempt(api, user.email, user.password, "192.0.2.1")).status_code == 200
    for number in range(40):
        await attempt(api, user.email, "wrong", f"198.51.100.{number}")
    assert (await attempt(api, user.email, user.password, "198.51.100.200")).status_code == 429
    assert (await attempt(api, user.email, user.password, "192.0.2.1")).status_code == 200


async def test_the_owner_gets_in_anywhere_once_the_attack_has_ended(api: Api) -> None:
    user = api.users["client1"]
    for _ in range(10):
        await attempt(api, user.email, "wrong", "192.0.2.1")
    api.clock.ahead = timedelta(minutes=15)
    assert (await attempt(api, user.email, user.password, "192.0.2.77")).status_code == 200
    assert await failures(api) == 0
    assert (await attempt(api, user.email, "wrong", "192.0.2.77")).status_code == 401


async def test_parallel_guesses_count_like_guesses_in_a_row(api: Api) -> None:
    email = api.users["client1"].email
    answers = await asyncio.gather(
        *(attempt(api, email, f"guess {n}", f"10.1.0.{n}") for n in range(60))
    )
    codes = [answer.status_code for answer in answers]
    assert codes.count(401) == 10
    assert codes.count(429) == 50
    assert await failures(api) == 10


async def test_guesses_over_all_accounts_and_addresses_are_limited_together(api: Api) -> None:
    answers = await asyncio.gather(
        *(
            attempt(api, f"user{n}@tradewind.example", "x", f"10.2.{n // 250}.{n % 250}")
            for n in range(1000)
        )
    )
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {401, 429, 503}
    assert codes.count(401) <= 650
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code != 401)


async def test_unknown_users_cost_what_known_ones_do(api: Api) -> None:
    email = api.users["client1"].email
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(9):
        for known in (True, False):
            name = email if known else f"nobody{number}@tradewind.example"
            started = time.perf_counter()
            answer = await attempt(api, name, "wrong", f"10.3.{int(known)}.{number}")
            times[known].append(time.perf_counter() - started)
            assert answer.status_code == 401
    known_s, unknown_s = statistics.median(times[True]), statistics.median(times[False])
    assert min(known_s, unknown_s) > 0.5 * max(known_s, unknown_s), times


async def test_a_flood_of_logins_leaves_other_requests_quick(api: Api) -> None:
    headers = await api.as_user("client2")
    flood = asyncio.gather(
        *(attempt(api, f"user{n}@tradewind.example", "x", f"10.4.0.{n}") for n in range(200))
    )
    await asyncio.sleep(0)
    times = []
    while not flood.done():
        started = time.perf_counter()
        assert (await api.client.get("/v1/me", headers=headers)).status_code == 200
        times.append(time.perf_counter() - started)
    codes = {answer.status_code for answer in await flood}
    assert codes <= {401, 429, 503}
    assert len(times) > 20
    # The first requests wait while 200 connections of this test are set up in this same loop.
    assert statistics.median(times) < 0.1, statistics.median(times)
