"""The API process as the supervisor runs it."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.gateway.running import api_process
from tradewind.infra.demo.handover import HandoverUser
from tradewind.infra.settings import Settings


async def test_the_process_serves_measures_and_stops_when_told(
    settings: Settings, seeded: Mapping[str, HandoverUser], tmp_path: Path
) -> None:
    with api_process(settings, tmp_path) as running:
        async with httpx.AsyncClient(base_url=running.url) as client:
            user = seeded["client1"]
            answer = await client.post(
                "/v1/auth/login", json={"email": user.email, "password": user.password}
            )
            token = answer.json()["access_token"]
            headers = {"authorization": f"Bearer {token}"}
            accounts = await client.get("/v1/accounts", headers=headers)
            assert len(accounts.json()["items"]) == 3
            metrics = await client.get(f"http://127.0.0.1:{running.metrics_port}/metrics")
            assert 'route="/v1/auth/login"' in metrics.text
            assert (await client.get("/metrics")).headers["content-type"].startswith("text/html")
        assert await asyncio.to_thread(running.stop) == 0
        lines = [json.loads(line) for line in running.log.read_text("utf-8").splitlines()]
        assert [line["event"] for line in lines if line["event"] != "request"] == ["api_serves"]
        assert lines[-1]["level"] == "info"


async def test_two_processes_can_share_a_port_when_asked_to(
    settings: Settings, seeded: Mapping[str, HandoverUser], tmp_path: Path
) -> None:
    with api_process(settings, tmp_path, TRADEWIND_REUSE_PORT="1") as one:
        second = {"TRADEWIND_REUSE_PORT": "1", "TRADEWIND_PORT": str(one.port)}
        with api_process(settings, tmp_path, **second, TRADEWIND_METRICS_PORT="0") as two:
            assert await asyncio.to_thread(one.stop) == 0
            async with httpx.AsyncClient(base_url=one.url) as client:
                assert (await client.get("/healthz")).status_code == 200
            assert await asyncio.to_thread(two.stop) == 0
