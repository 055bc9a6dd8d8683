"""One log per child, bounded at each start: the previous one is kept beside it."""

from pathlib import Path
from typing import IO, Final

LOG_BYTES_MAX: Final = 20_000_000


def open_log(folder: Path, name: str) -> IO[bytes]:
    """Open a child's log for appending; one that has grown too large is set aside first."""
    path = log_path(folder, name)
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def log_path(folder: Path, name: str) -> Path:
    """Return where a child's log lies."""
    return folder / f"{name}.log"


def last_lines(path: Path, count: int) -> list[str]:
    """Return the end of a log without reading the rest of it."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - count * 1000))
        return file.read().decode("utf-8", "replace").splitlines()[-count:]
