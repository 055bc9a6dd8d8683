"""Request limits of users and addresses."""

import time

import pytest

from tests.gateway.conftest import Api
from tradewind.gateway.app import create_app
from tradewind.gateway.dependencies import AddressLimits
from tradewind.infra.token_buckets import TokenBuckets
from tradewind.processes.api_parts import dependencies_of


def test_a_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    buckets = TokenBuckets(rate_per_s=10, burst=5)
    assert [buckets.take("a", 100.0) for _ in range(5)] == [0.0] * 5
    assert buckets.take("a", 100.0) == pytest.approx(0.1)
    assert buckets.wait("a", 100.0) == pytest.approx(0.1)
    assert buckets.take("b", 100.0) == 0.0
    assert buckets.take("a", 100.05) == pytest.approx(0.05)
    assert buckets.take("a", 100.11) == 0.0
    assert buckets.take("a", 100.11) > 0


def test_in_any_second_no_more_than_burst_and_rate_go_through() -> None:
    buckets = TokenBuckets(rate_per_s=100, burst=20)
    taken = sum(buckets.take("a", 50 + step / 10_000) == 0.0 for step in range(10_000))
    assert 118 <= taken <= 120


def test_full_buckets_are_forgotten() -> None:
    buckets = TokenBuckets(rate_per_s=10, burst=5)
    for number in range(20_000):
        buckets.take(number, 100.0 + number)
    assert len(buckets._full_at) < 5000


async def test_a_users_spam_hits_their_own_limit_and_not_their_closes_or_others(api: Api) -> None:
    gate = api.parts.gate
    for lane in gate._limits:
        gate._limits[lane] = TokenBuckets(rate_per_s=1, burst=5)
    one, two = await api.as_user("client1"), await api.as_user("client2")
    codes = [(await api.client.get("/v1/me", headers=one)).status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2
    answer = await api.client.get("/v1/me", headers=one)
    assert answer.json()["code"] == "rate_limited"
    assert answer.headers["retry-after"] == "1"
    nobody = "00000000-0000-7000-8000-000000000000"
    cancel = f"/v1/accounts/{api.account()}/orders/{nobody}"
    assert (await api.client.delete(cancel, headers=one)).status_code == 404
    assert (await api.client.get("/v1/me", headers=two)).status_code == 200


async def test_an_address_is_limited_before_anything_is_looked_at(api: Api) -> None:
    limits = AddressLimits(
        general=TokenBuckets(rate_per_s=1, burst=3), relief=TokenBuckets(rate_per_s=1, burst=3)
    )
    app = create_app(dependencies_of(api.parts, api.settings_of_gateway, limits))
    api.client._transport.app = app  # type: ignore[attr-defined]
    codes = [(await api.client.get("/v1/me")).status_code for _ in range(5)]
    assert codes == [401] * 3 + [429] * 2
    positions = f"/v1/accounts/{api.account()}/positions"
    for path in ("x/close", "x/close-by", "close-all"):
        assert (await api.client.post(f"{positions}/{path}")).status_code != 429


async def test_a_token_seen_before_costs_microseconds(api: Api) -> None:
    token = (await api.as_user("client1"))["authorization"].removeprefix("Bearer ")
    authenticator = api.parts.authenticator
    await authenticator.authenticate(token)
    best = min(_seconds(authenticator.recall, token) for _ in range(5))
    # About 1 µs on an idle machine; the bound leaves room for a busy one.
    assert best / 10_000 < 10e-6


def _seconds(function: object, token: str) -> float:
    assert callable(function)
    started = time.perf_counter()
    for _ in range(10_000):
        function(token)
    return time.perf_counter() - started
