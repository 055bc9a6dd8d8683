"""The data folder: what lies where, who may enter, and who holds it."""

import fcntl
import hashlib
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewind.infra.local.errors import LocalError

#: A unix socket's path may have 107 bytes; the longest name we put into a folder is PostgreSQL's.
SOCKET_PATH_BYTES_MAX: Final = 107
_LONGEST_SOCKET_NAME: Final = ".s.PGSQL.5432"
_LONGEST_FOLDER: Final = "pg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The data folder and the folder of its sockets, which may lie elsewhere for its length."""

    root: Path
    sockets: Path

    @property
    def postgres(self) -> Path:
        """Everything the database's account owns."""
        return self.root / "postgres"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.postgres / "data"

    @property
    def postgres_sockets(self) -> Path:
        """The folder of PostgreSQL's socket, 0700, owned by the database's account."""
        return self.sockets / "pg"

    @property
    def redis_socket(self) -> Path:
        """Valkey's socket, in a folder of ours alone."""
        return self.sockets / "kv" / "redis.sock"

    @property
    def secrets(self) -> Path:
        """One file per secret, 0600."""
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        """One log per child."""
        return self.root / "logs"

    @property
    def state_file(self) -> Path:
        """What runs now; see running_state."""
        return self.root / "running.json"

    @property
    def demo_file(self) -> Path:
        """The demo logins, written by the seed."""
        return self.root / "demo.json"

    @property
    def database_url(self) -> str:
        """The database without user and password."""
        return f"postgresql:///tradewind?host={self.postgres_sockets}&port=5432"

    @property
    def redis_url(self) -> str:
        """Valkey's socket as a URL."""
        return f"unix://{self.redis_socket}"


def locate_home(root: Path) -> Home:
    """Return the home at `root` without touching the disk."""
    return Home(root=root, sockets=_socket_folder(root))


def prepare_home(home: Home) -> None:
    """Make the folders. Others may pass through the root, where the database's account must."""
    home.root.mkdir(parents=True, exist_ok=True)
    through = 0o711 if os.geteuid() == 0 else 0o700
    home.root.chmod(through)
    _make_owned(home.sockets, through)
    for private in (home.secrets, home.logs, home.redis_socket.parent):
        private.mkdir(exist_ok=True)
        private.chmod(0o700)


@contextmanager
def hold(home: Home) -> Generator[None]:
    """Hold the home for one supervisor; the kernel lets go when it dies, however it dies."""
    descriptor = os.open(home.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalError(
                f"another copy is running in {home.root}; "
                "stop it with `tradewind down` or set another TRADEWIND_HOME"
            ) from None
        yield
    finally:
        os.close(descriptor)


def _socket_folder(root: Path) -> Path:
    inside = root / "run"
    if _short_enough(inside):
        return inside
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    # The database's account cannot enter root's own runtime folder.
    parent = Path(runtime) if runtime and os.geteuid() != 0 else Path("/tmp")  # noqa: S108
    outside = parent / f"tradewind-{os.geteuid()}-{digest}"
    if not _short_enough(outside):
        outside = Path("/tmp") / outside.name  # noqa: S108
    return outside


def _short_enough(folder: Path) -> bool:
    longest = folder / _LONGEST_FOLDER / _LONGEST_SOCKET_NAME
    return len(os.fsencode(longest)) <= SOCKET_PATH_BYTES_MAX


def _make_owned(folder: Path, mode: int) -> None:
    """Make a folder in what may be a public place: refuse one that somebody else planted."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LocalError(f"{folder} belongs to somebody else; remove it or set TRADEWIND_HOME")
    folder.chmod(mode)
