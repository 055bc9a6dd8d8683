"""The `tradewind` command, as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures_platform import free_ports

Folder = Callable[[], Path]


def tradewind(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "tradewind.cli.main", *arguments),
        env={**os.environ, "TRADEWIND_HOME": str(home), "TRADEWIND_PORT": str(free_ports())},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "command",
    ["up", "down", "status", "logs", "doctor", "migrate", "seed", "verify", "backup", "restore"],
)
def test_every_command_explains_itself(command: str, tmp_path: Path) -> None:
    shown = tradewind(tmp_path / "home", command, "--help")
    assert shown.returncode == 0
    assert shown.stdout.startswith(f"Usage: python -m tradewind.cli.main {command}")


def test_status_of_nothing_is_stopped_with_exit_status_3(tmp_path: Path) -> None:
    shown = tradewind(tmp_path / "home", "status", "--json")
    assert shown.returncode == 3
    assert json.loads(shown.stdout) == {"state": "stopped", "home": str(tmp_path / "home")}
    assert not (tmp_path / "home").exists()


def test_down_of_nothing_succeeds(tmp_path: Path) -> None:
    assert tradewind(tmp_path / "home", "down").returncode == 0


def test_doctor_names_each_check(tmp_path: Path) -> None:
    shown = tradewind(tmp_path / "home", "doctor", "--json")
    findings = {finding["check"]: finding["ok"] for finding in json.loads(shown.stdout)}
    assert findings["postgres"]
    assert findings["valkey"]
    assert findings["disk"]
    assert shown.returncode == (0 if all(findings.values()) else 1)


def test_a_malformed_setting_is_one_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "TRADEWIND_PORT": "eight", "TRADEWIND_HOME": str(tmp_path)}
    shown = subprocess.run(
        (sys.executable, "-m", "tradewind.cli.main", "status"),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert shown.returncode == 1
    assert shown.stderr == "Error: TRADEWIND_PORT must be a whole number, not 'eight'\n"


def test_a_backup_restores_into_a_fresh_home_only(short_folder: Folder) -> None:
    folder = short_folder()
    assert tradewind(folder / "one", "migrate").returncode == 0
    made = tradewind(folder / "one", "backup", str(folder))
    assert made.returncode == 0, made.stderr
    file = Path(made.stdout.strip())
    assert file.stat().st_mode & 0o777 == 0o600

    refused = tradewind(folder / "one", "restore", str(file))
    assert refused.returncode == 1
    assert "restore into a fresh TRADEWIND_HOME" in refused.stderr

    restored = tradewind(folder / "two", "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert "database is up to date" in restored.stderr
    for key in ("jwt_ed25519", "refresh_hmac"):
        copied = (folder / "two" / "secrets" / key).read_bytes()
        assert copied == (folder / "one" / "secrets" / key).read_bytes()


def test_what_is_not_a_backup_is_refused_and_leaves_nothing(short_folder: Folder) -> None:
    folder = short_folder()
    (folder / "file.tar").write_bytes(b"not a tar")
    refused = tradewind(folder / "home", "restore", str(folder / "file.tar"))
    assert refused.returncode == 1
    assert "is not a backup of Tradewind" in refused.stderr
    assert not (folder / "home").exists()
