"""The whole platform of one machine: servers, database, processes, web client."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tradewind.infra.clock import Clock
from tradewind.infra.local.binaries import postgres_programs
from tradewind.infra.local.configuration import PORT_SPAN, LocalConfiguration
from tradewind.infra.local.credentials import generate_secrets
from tradewind.infra.local.database import migrate_database, prepare_database
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home, hold, locate_home, prepare_home
from tradewind.infra.local.postgres_server import PostgresServer
from tradewind.infra.local.preflight import check_disk, check_ports, outgoing_ports_start
from tradewind.infra.local.process_table import PROCESSES, ProcessSpec
from tradewind.infra.local.python_process import (
    PythonProcess,
    process_environment,
    require_modules,
)
from tradewind.infra.local.running_state import end_orphans, live_state
from tradewind.infra.local.supervisor import Supervisor
from tradewind.infra.local.valkey_server import ValkeyServer
from tradewind.infra.local.web_build import build_web, find_web_sources
from tradewind.infra.migrator import MigrationError

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What to run and where."""

    configuration: LocalConfiguration
    report: Report
    #: Called once everything serves.
    announce: Callable[[Home], None]
    table: tuple[ProcessSpec, ...] = PROCESSES
    build_web: bool = True

    async def run(self) -> None:
        """Run until SIGINT or SIGTERM; raises LocalError or MigrationError if it cannot start."""
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        if task is not None:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, _cancel_once(task))
        with suppress(asyncio.CancelledError):
            await self._run()

    async def _run(self) -> None:
        require_modules(self.table)
        programs = postgres_programs(self.configuration.postgres_bin)
        async with held_home(self.configuration, self.report) as home:
            check_ports(self.configuration, self.table)
            self._warn_of_outgoing_ports()
            address = (self.configuration.host, self.configuration.port)
            supervisor = Supervisor(home, address, Clock().now(), self.report)
            try:
                async with asyncio.TaskGroup() as group:
                    web_dir = self._start_web(group, home)
                    postgres = PostgresServer(home=home, programs=programs, report=self.report)
                    await supervisor.start([postgres, ValkeyServer(home=home)])
                    await set_up_database(home, self.report)
                    await self._start_processes(supervisor, home, web_dir)
                    self.announce(home)
                    await supervisor.keep()
            except* (LocalError, MigrationError) as failures:
                raise _first(failures) from None
            finally:
                self.report("stopping")
                await supervisor.stop()
                self.report("stopped")

    def _start_web(self, group: asyncio.TaskGroup, home: Home) -> Path:
        """Start the build beside everything else; return where the web client will be."""
        configured, sources = self.configuration.web_dir, find_web_sources()
        if configured is not None or sources is None:
            return configured or home.root / "web"
        if self.build_web:
            group.create_task(build_web(sources, home, self.report))
        return sources / "dist"

    async def _start_processes(self, supervisor: Supervisor, home: Home, web_dir: Path) -> None:
        environment = process_environment(self.configuration, home, web_dir)
        for stage in sorted({spec.stage for spec in self.table}):
            processes = [
                PythonProcess(
                    spec=spec, home=home, port=self.configuration.port, environment=environment
                )
                for spec in self.table
                if spec.stage == stage
            ]
            async with asyncio.TaskGroup() as starting:
                for process in processes:
                    if process.spec.one_shot:
                        starting.create_task(process.run_once())
                staying = [process for process in processes if not process.spec.one_shot]
                starting.create_task(supervisor.start(staying))

    def _warn_of_outgoing_ports(self) -> None:
        first = outgoing_ports_start()
        if self.configuration.port + PORT_SPAN >= first:
            self.report(
                f"warning: the kernel uses ports from {first} for outgoing connections, "
                "which may hold one of ours; a lower TRADEWIND_PORT is safer"
            )


@asynccontextmanager
async def held_home(configuration: LocalConfiguration, report: Report) -> AsyncGenerator[Home]:
    """Prepare and hold the home: disk, folders, leftovers of an interrupted run, secrets."""
    home = locate_home(configuration.home)
    configuration.home.mkdir(parents=True, exist_ok=True)
    with hold(home):
        check_disk(home.root, configuration.disk_free_min_mb)
        prepare_home(home)
        await end_orphans(home.state_file, report)
        generate_secrets(home.secrets, cluster_exists=home.cluster.exists())
        yield home


@asynccontextmanager
async def database_server(
    configuration: LocalConfiguration, report: Report
) -> AsyncGenerator[Home]:
    """Give a home whose database runs: the running platform's, or one started for a while."""
    home = locate_home(configuration.home)
    if live_state(home.state_file) is not None:
        yield home
        return
    programs = postgres_programs(configuration.postgres_bin)
    async with held_home(configuration, report) as held:
        address = (configuration.host, configuration.port)
        supervisor = Supervisor(held, address, Clock().now(), report)
        try:
            await supervisor.start([PostgresServer(home=held, programs=programs, report=report)])
            await prepare_database(held)
            yield held
        finally:
            await supervisor.stop()


async def set_up_database(home: Home, report: Report) -> None:
    """Make roles and database where missing, and migrate."""
    await prepare_database(home)
    applied = await migrate_database(home)
    report(f"database migrated: {', '.join(applied)}" if applied else "database is up to date")


def _first(failures: ExceptionGroup[Exception]) -> Exception:
    """Return one error out of groups in groups: what a user is told is one sentence."""
    error = failures.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


def _cancel_once(task: "asyncio.Task[None]") -> Callable[[], None]:
    """Return a handler whose second call does nothing: an orderly stop has its own time-outs."""
    asked = False

    def handle() -> None:
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()

    return handle
