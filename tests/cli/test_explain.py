"""`tradewind explain`, as an operator runs it on a database that runs only for the command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.fixtures_platform import free_ports
from tests.gateway.conftest import running_api
from tests.gateway.order_bodies import filled, orders_path, quote
from tradewind.infra.demo.handover import read_handover
from tradewind.infra.local.binaries import postgres_programs
from tradewind.infra.local.home import Home, locate_home
from tradewind.infra.local.postgres_server import PostgresServer
from tradewind.infra.settings import Settings


def tradewind(home: Home, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "tradewind.cli.main", *arguments),
        env={**os.environ, "TRADEWIND_HOME": str(home.root), "TRADEWIND_PORT": str(free_ports())},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
async def home(short_folder: Callable[[], Path]) -> Home:
    """The data folder of a seeded demo."""
    made = locate_home(short_folder() / "home")
    seeded = tradewind(made, "seed")
    assert seeded.returncode == 0, seeded.stderr
    return made


@pytest.fixture
async def receipt(home: Home, valkey_server: Home, tmp_path: Path) -> Any:
    """What the dealer was told over HTTP of a fill; the server has stopped since."""
    handed = read_handover(home.demo_file)
    assert handed is not None
    users = {user.email.partition("@")[0]: user for user in handed.users}
    settings = Settings(
        database_url=home.database_url,
        redis_url=valkey_server.redis_url,
        secrets_dir=home.secrets,
        environment="demo",
        host="127.0.0.1",
        port=0,
        metrics_port=0,
    )
    server = PostgresServer(home=home, programs=postgres_programs(None), report=print)
    child = await server.start()
    try:
        async with running_api(settings, users, tmp_path) as api:
            quote(api)
            order = await filled(api)
            shown = await api.get(f"{orders_path(api)}/{order['id']}/receipt")
            fill_id = shown["fills"][0]["fill_id"]
            whole = await api.get(f"/v1/admin/fills/{fill_id}/receipt", "dealer")
    finally:
        await child.stop(server.stop_signal, server.stop_timeout_s)
    return whole


def test_a_fill_is_explained_with_what_the_dealer_sees_over_http(home: Home, receipt: Any) -> None:
    done = tradewind(home, "explain", receipt["fill_id"], "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == receipt
    lines = tradewind(home, "explain", receipt["fill_id"]).stdout.splitlines()
    assert lines[0] == (
        f"fill {receipt['fill_id']} of order {receipt['order_id']}, "
        f"ticket {receipt['ticket']}: EURUSD"
    )
    assert lines[1] == "Bought 1000 at 1.12140: the ask of your group at that moment."
    assert "best of the LPs: 1.12130 / 1.12140" in lines
    assert [line.split(",")[0] for line in lines if "ms old" in line] == [
        "  lp-one: 1.12130 / 1.12140"
    ]
    committed = receipt["times"]["committed"].removesuffix("Z")
    assert lines[-1] == f"committed        {committed}+00:00"


def test_a_fill_that_nobody_has_is_exit_status_4(home: Home) -> None:
    done = tradewind(home, "explain", str(uuid4()), "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (4, "fill_not_found")
    misspelt = tradewind(home, "explain", "x")
    assert (misspelt.returncode, misspelt.stdout) == (2, "")
