"""What must hold before anything starts: free ports, free disk."""

import errno
import shutil
import socket
from pathlib import Path

from tradewind.infra.local.configuration import LocalConfiguration
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.process_table import ProcessSpec

_MEBIBYTE = 1024 * 1024


def check_disk(folder: Path, free_min_mb: int) -> None:
    """Refuse to start on a disk that is nearly full, where the database would stop soon."""
    free_mb = free_disk_mb(folder)
    if free_mb < free_min_mb:
        raise LocalError(
            f"only {free_mb} MB are free on the disk of {folder}; {free_min_mb} MB are needed. "
            "Free some space, or set TRADEWIND_HOME to another disk"
        )


def free_disk_mb(folder: Path) -> int:
    """Return the free space below a folder, in MiB."""
    return shutil.disk_usage(folder).free // _MEBIBYTE


def check_ports(configuration: LocalConfiguration, table: tuple[ProcessSpec, ...]) -> None:
    """Refuse to start when somebody listens on a port of ours."""
    for offset in sorted({port for spec in table for port in spec.ports}):
        problem = port_problem(configuration.host, configuration.port + offset)
        if problem is not None:
            raise LocalError(f"{problem}; stop what listens there or set TRADEWIND_PORT")


def port_problem(host: str, port: int) -> str | None:
    """Return why a port cannot be listened on, or None."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Our own earlier connections in TIME_WAIT do not count as somebody else.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"port {port} on {host} is taken"
            return f"port {port} on {host} cannot be used: {error.strerror}"
    return None


def outgoing_ports_start() -> int:
    """Return the lowest port that the kernel gives to outgoing connections."""
    try:
        text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii")
    except OSError:
        return 32768
    return int(text.split()[0])
