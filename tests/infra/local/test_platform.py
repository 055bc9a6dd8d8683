"""The supervisor with real servers and a table of stand-in processes."""

import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.fixtures_platform import (
    RunningPlatform,
    free_ports,
    run_platform,
    start_supervisor,
    stop_supervisor,
    wait_until_running,
)
from tradewind.infra.local.home import locate_home
from tradewind.infra.local.process_identity import ProcessIdentity, is_alive
from tradewind.infra.local.running_state import ChildState, live_state, read_state
from tradewind.infra.secrets import read_secret

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, str(Path(__file__).with_name("stand_in_platform.py")))
Folder = Callable[[], Path]


@contextmanager
def stand_ins(root: Path, **extra: str) -> Generator[RunningPlatform]:
    with run_platform(root, COMMAND, PYTHONPATH=str(ROOT), **extra) as running:
        yield running


def refused(root: Path, port: int, *arguments: str, **extra: str) -> str:
    """Start a supervisor that must refuse, and return what it said."""
    log = root / "supervisor.log"
    said_before = log.stat().st_size if log.exists() else 0
    process = start_supervisor(root, port, (*COMMAND, *arguments), PYTHONPATH=str(ROOT), **extra)
    assert process.wait(60) == 1
    return log.read_text("utf-8")[said_before:]


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)


def identities(running: RunningPlatform) -> dict[str, ProcessIdentity]:
    return {child.name: child.identity for child in running.state.children if child.identity}


def serves(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def count_migrations(running: RunningPlatform) -> int:
    connection = await asyncpg.connect(
        running.home.database_url,
        user="tw_migrate",
        password=read_secret(running.home.secrets, "pg_tw_migrate"),
    )
    try:
        return await connection.fetchval("SELECT count(*) FROM schema_migration")
    finally:
        await connection.close()


async def test_starts_in_order_serves_and_stops_without_leaving_anything(
    short_folder: Folder,
) -> None:
    with stand_ins(short_folder() / "home") as running:
        assert [child.name for child in running.state.children][2:] == ["first", "second"]
        assert set(identities(running)) == {"postgres", "valkey", "first", "second"}
        assert serves(running.port)
        assert running.demo["trader"]["email"] == "demo@example.com"
        assert await count_migrations(running) == len(
            list((ROOT / "src/tradewind/infra/migrations").glob("*.sql"))
        )
        left = identities(running)
    assert running.process.returncode == 0
    assert not any(is_alive(identity) for identity in left.values())
    assert read_state(running.home.state_file) is None


def test_secrets_are_made_once_and_only_their_owner_reads_them(short_folder: Folder) -> None:
    root = short_folder() / "home"
    with stand_ins(root) as running:
        first = {path.name: path.read_bytes() for path in running.home.secrets.iterdir()}
        modes = {path.stat().st_mode & 0o777 for path in running.home.secrets.iterdir()}
        assert running.home.secrets.stat().st_mode & 0o777 == 0o700
        assert running.home.postgres_sockets.stat().st_mode & 0o777 == 0o700
    with stand_ins(root) as running:
        again = {path.name: path.read_bytes() for path in running.home.secrets.iterdir()}
    assert modes == {0o600}
    assert len(first) == 9
    assert again == first


def test_a_killed_supervisor_takes_its_children_along_and_the_next_one_starts(
    short_folder: Folder,
) -> None:
    root = short_folder() / "home"
    with stand_ins(root) as running:
        left = identities(running)
        for _ in range(3):
            running.process.kill()
            running.process.wait(10)
            process = start_supervisor(root, running.port, COMMAND, PYTHONPATH=str(ROOT))
            running = RunningPlatform(home=running.home, port=running.port, process=process)  # noqa: PLW2901
            try:
                wait_until_running(running)
            except BaseException:
                stop_supervisor(process)
                raise
            assert not any(is_alive(identity) for identity in left.values())
            left = identities(running)
        stop_supervisor(process)
        assert process.returncode == 0


@pytest.mark.parametrize("name", ["postgres", "valkey", "first", "second"])
def test_a_crashed_child_is_started_again(short_folder: Folder, name: str) -> None:
    with stand_ins(short_folder() / "home") as running:
        victim = identities(running)[name]
        os.kill(victim.pid, signal.SIGKILL)

        def restarted() -> bool:
            child = next(child for child in running.state.children if child.name == name)
            return child.restarts == 1 and child.state is ChildState.RUNNING

        until(restarted)
        assert identities(running)[name] != victim
        assert not is_alive(victim)


def test_a_taken_port_is_refused_before_anything_starts(short_folder: Folder) -> None:
    root, port = short_folder() / "home", free_ports()
    with socket.create_server(("127.0.0.1", port + 2)):
        said = refused(root, port)
    assert f"port {port + 2} on 127.0.0.1 is taken" in said
    assert not locate_home(root).cluster.exists()


def test_a_nearly_full_disk_is_refused(short_folder: Folder) -> None:
    root = short_folder() / "home"
    said = refused(root, free_ports(), TRADEWIND_DISK_FREE_MIN_MB="999999999")
    assert "MB are free on the disk" in said
    assert not locate_home(root).secrets.exists()


def test_a_second_copy_in_the_same_home_is_refused(short_folder: Folder) -> None:
    root = short_folder() / "home"
    with stand_ins(root) as running:
        before = running.state
        assert "another copy is running" in refused(root, free_ports())
        assert running.state == before


def test_two_copies_run_side_by_side(short_folder: Folder) -> None:
    with (
        stand_ins(short_folder() / "home") as one,
        stand_ins(short_folder() / "home") as other,
    ):
        assert serves(one.port)
        assert serves(other.port)
        assert not set(identities(one).values()) & set(identities(other).values())


def test_a_long_home_keeps_its_sockets_in_a_short_private_folder(short_folder: Folder) -> None:
    with stand_ins(short_folder() / ("long" * 30)) as running:
        assert running.home.sockets.parent == Path("/tmp")  # noqa: S108
        assert running.home.sockets.stat().st_mode & 0o066 == 0
        assert serves(running.port)
    shutil.rmtree(running.home.sockets)


def test_a_process_that_never_is_ready_stops_the_start(short_folder: Folder) -> None:
    root = short_folder() / "home"
    assert "mute was not ready within 0.3 s" in refused(root, free_ports(), "mute")
    assert live_state(locate_home(root).state_file) is None
