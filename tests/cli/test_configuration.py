"""The configuration from the command line: the same rules and the same record as over HTTP."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures_platform import free_ports
from tradewind.infra.local.home import locate_home

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run(short_folder: Callable[[], Path]) -> Run:
    """Run commands in a seeded folder; each starts the database for a while."""
    home = short_folder() / "home"
    port = str(free_ports())

    def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            (sys.executable, "-m", "tradewind.cli.main", *arguments),
            env={**os.environ, "TRADEWIND_HOME": str(home), "TRADEWIND_PORT": port},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert command("migrate").returncode == 0
    seeded = command("seed")
    assert seeded.returncode == 0, seeded.stderr
    assert locate_home(home).demo_file.exists()
    return command


def shown(run: Run, group: str, name: str) -> Any:
    done = run(group, "show", name, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_kind_is_listed_by_name(run: Run) -> None:
    first = {}
    for group in ("symbols", "groups", "markups", "filters", "calendars", "lps"):
        done = run(group, "list", "--json")
        assert done.returncode == 0, done.stderr
        first[group] = json.loads(done.stdout)[0]["subject"]
    assert first == {
        "symbols": "AUDUSD",
        "groups": "pro",
        "markups": "pro",
        "filters": "crypto",
        "calendars": "crypto",
        "lps": "lp-one",
    }


def test_a_soft_change_is_made_at_once_and_a_version_that_was_overtaken_is_not(run: Run) -> None:
    done = run("symbols", "set", "EURUSD", "quote_age_ms_max=5000", "trade_mode=close_only")
    assert done.returncode == 0, done.stderr
    after = shown(run, "symbols", "EURUSD")
    assert (after["version"], after["quote_age_ms_max"], after["trade_mode"]) == (
        2,
        5000,
        "close_only",
    )
    late = run("symbols", "set", "EURUSD", "quote_age_ms_max=6000", "--version", "1", "--json")
    assert late.returncode == 5
    assert json.loads(late.stdout)["error"]["code"] == "version_conflict"
    assert shown(run, "symbols", "EURUSD") == after


def test_a_hard_change_needs_a_request_and_a_login(run: Run) -> None:
    before = shown(run, "groups", "standard")
    alone = run("groups", "set", "standard", "leverage_cap=500", "--json")
    assert alone.returncode == 6
    assert json.loads(alone.stdout)["error"]["field"] == "leverage_cap"
    nobody = run("groups", "set", "standard", "leverage_cap=500", "--request", "asked for")
    assert nobody.returncode == 1
    assert "login_required" in nobody.stderr
    assert shown(run, "groups", "standard") == before


def test_lists_nulls_and_numbers_are_written_as_json_has_them(run: Run) -> None:
    done = run(
        "symbols", "set", "USDCHF", 'time_in_force=["gtc","ioc"]', "price_collar=null",
        "stop_distance_points=20", "guaranteed_stop_premium_points=4",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    after = shown(run, "symbols", "USDCHF")
    assert (after["time_in_force"], after["price_collar"]) == (["gtc", "ioc"], None)
    assert (after["stop_distance_points"], after["guaranteed_stop_premium_points"]) == ("20", "4")
    group = run("groups", "set", "pro", "orders_per_second_max=9", "fifo=true", "--json")
    assert (group.returncode, json.loads(group.stdout)["error"]["field"]) == (6, "fifo")
    assert run("filters", "set", "crypto", "frozen_ms_max=90000").returncode == 0
    assert shown(run, "filters", "crypto")["frozen_ms_max"] == 90000


def test_what_does_not_exist_and_what_is_misspelt_is_refused(run: Run) -> None:
    absent = run("calendars", "show", "moon")
    assert (absent.returncode, absent.stdout) == (4, "")
    assert absent.stderr.splitlines()[-1].startswith("Error: calendar_not_found")
    misspelt = run("lps", "set", "lp-one", "colour=red", "--json")
    assert misspelt.returncode == 1
    assert json.loads(misspelt.stdout)["error"] == {
        "code": "unknown_field",
        "field": "colour",
        "detail": "There is no such field.",
    }
    assert shown(run, "lps", "lp-one")["version"] == 1


def test_trade_is_stopped_and_let_go_on(run: Run) -> None:
    stop = run("kill-switch", "set", "symbol", "EURUSD", "--reason", "the LPs lie", "--json")
    assert stop.returncode == 0, stop.stderr
    made = json.loads(stop.stdout)
    assert (made["scope"], made["key"], made["reason"]) == ("symbol", "EURUSD", "the LPs lie")
    assert run("kill-switch", "set", "global", "--reason", "all of it").returncode == 0
    again = run("kill-switch", "set", "global", "--reason", "all of it", "--json")
    assert again.returncode == 5
    assert json.loads(again.stdout)["error"]["code"] == "kill_switch_set"
    unknown = run("kill-switch", "set", "group", "nobody", "--reason", "x")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.splitlines()[-1].startswith("Error: key: unknown_group")
    listed = run("kill-switch", "list", "--json")
    assert [(each["scope"], each["key"]) for each in json.loads(listed.stdout)] == [
        ("global", ""),
        ("symbol", "EURUSD"),
    ]
    cleared = run("kill-switch", "clear", "symbol", "EURUSD", "--json")
    assert (cleared.returncode, json.loads(cleared.stdout)) == (0, made)
    assert run("kill-switch", "clear", "global").stdout.startswith("cleared: global, since ")
    assert run("kill-switch", "clear", "global").returncode == 4
    assert json.loads(run("kill-switch", "list", "--json").stdout) == []


def test_the_record_is_checked_and_a_rebase_is_in_it(run: Run) -> None:
    assert run("symbols", "rebase", "EURUSD", "it is real").returncode == 0
    assert run("symbols", "rebase", "NONE", "it is real").returncode == 4
    checked = run("audit", "--json")
    assert (checked.returncode, json.loads(checked.stdout)) == (0, {"intact": True, "break": None})
