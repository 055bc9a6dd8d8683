"""The API against its own OpenAPI document: what it promises to take, and what it must refuse."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.result import Ok

from tests.gateway.running import ApiProcess, api_process
from tradewind.infra.demo.handover import HandoverUser
from tradewind.infra.settings import Settings

EXAMPLES = 12
#: Whether well-formed data is accepted depends on accounts and credentials that are not random;
#: who is let in is asked by test_access, for a token given here is sent with every call.
NOT_ASKED = [checks.positive_data_acceptance, checks.ignored_auth]


@pytest.mark.timeout(180)
async def test_the_api_keeps_its_document(
    settings: Settings, seeded: Mapping[str, HandoverUser], tmp_path: Path
) -> None:
    rate = {"TRADEWIND_USER_RATE": "100000", "TRADEWIND_ADDRESS_RATE": "100000"}
    with api_process(settings, tmp_path, **rate) as running:
        token = await access_token(running, seeded["client1"])
        account = str(seeded["client1"].accounts[0].id)
        called = await asyncio.to_thread(exercise, running.url, token, account)
        assert {name for name, count in called.items() if count < EXAMPLES} == {
            # There is only one way to call these.
            "positive GET /healthz",
            "positive GET /readyz",
            "positive GET /v1/config",
        } & called.keys()
        assert len(called) > EXAMPLES
        assert running.process.poll() is None


async def access_token(running: ApiProcess, user: HandoverUser) -> str:
    async with httpx.AsyncClient(base_url=running.url) as client:
        body = {"email": user.email, "password": user.password}
        return (await client.post("/v1/auth/login", json=body)).json()["access_token"]


def exercise(url: str, token: str, account: str) -> dict[str, int]:
    """Call every operation with data that fits its schema and data that does not."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    called: dict[str, int] = {}
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.label == "POST /v1/auth/logout":
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            name = f"{mode.value} {operation.label}"
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                count = run(strategy, url, token, account if mode.is_positive else None)
            except (NotImplementedError, Unsatisfiable):  # nothing could be wrong with it
                continue
            called[name] = count
    return called


def run(strategy: object, url: str, token: str, account: str | None) -> int:
    calls = 0

    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)  # type: ignore[arg-type]
    def call(case: Case[Any]) -> None:
        nonlocal calls
        calls += 1
        if account is not None and "account_id" in (case.path_parameters or {}):
            case.path_parameters["account_id"] = account
        headers = {"authorization": f"Bearer {token}", "idempotency-key": f"{time.time_ns()}"}
        case.call_and_validate(base_url=url, headers=headers, excluded_checks=NOT_ASKED, timeout=10)

    call()
    return calls
