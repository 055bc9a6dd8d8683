"""The backup file: a tar of the dump, the keys the data depends on, and the demo logins."""

import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from tradewind.infra.clock import Clock
from tradewind.infra.local.credentials import APPLICATION_SECRETS, write_secret
from tradewind.infra.local.dump import dump_database
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home, prepare_home

_FORMAT: Final = 1
_DUMP: Final = "database.dump"
_MANIFEST: Final = "manifest.json"
_DEMO: Final = "demo.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup file says about itself."""

    format: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A backup file's contents in a private folder."""

    folder: Path

    @property
    def dump(self) -> Path:
        """The database."""
        return self.folder / _DUMP

    def install_keys(self, home: Home) -> None:
        """Put keys and demo logins into a home that has no database yet."""
        prepare_home(home)
        for name in APPLICATION_SECRETS:
            (home.secrets / name).unlink(missing_ok=True)
            write_secret(home.secrets, name, (self.folder / name).read_text("utf-8"))
        if (self.folder / _DEMO).exists():
            shutil.copy(self.folder / _DEMO, home.demo_file)
            home.demo_file.chmod(0o600)


def default_name() -> str:
    """Return a file name that sorts by time."""
    return f"tradewind-{Clock().now():%Y%m%dT%H%M%SZ}.tar"


async def write_archive(
    home: Home, programs: Path, file: Path, report: Callable[[str], None]
) -> None:
    """Write a backup; the file appears whole, on disk and readable by its owner alone."""
    with _folder_for(file) as folder:
        report("dumping the database")
        await dump_database(home, programs, folder / _DUMP)
        _collect(home, folder)
        size = _pack(folder, file)
    report(f"wrote {size / 1_000_000:.1f} MB")


@contextmanager
def read_archive(file: Path, beside: Path) -> Generator[Unpacked]:
    """Unpack a backup into a private folder beside the home; refuse what is not one of ours."""
    beside.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside.parent, prefix=".tradewind-") as name:
        folder = Path(name)
        try:
            with tarfile.open(file) as archive:
                archive.extractall(folder, filter="data")
            manifest = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=Manifest)
        except (tarfile.TarError, OSError, msgspec.DecodeError) as error:
            raise LocalError(f"{file} is not a backup of Tradewind: {error}") from None
        if manifest.format != _FORMAT:
            raise LocalError(f"{file} has format {manifest.format}; this program reads {_FORMAT}")
        yield Unpacked(folder=folder)


@contextmanager
def _folder_for(file: Path) -> Generator[Path]:
    """Give a private folder on the backup's own disk, so that its last step is one rename."""
    if file.exists():
        raise LocalError(f"{file} exists; a backup is never overwritten")
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".tradewind-") as name:
        yield Path(name)


def _collect(home: Home, folder: Path) -> None:
    manifest = Manifest(format=_FORMAT, made_at=Clock().now())
    (folder / _MANIFEST).write_bytes(msgspec.json.encode(manifest))
    for secret in APPLICATION_SECRETS:
        shutil.copy(home.secrets / secret, folder / secret)
    if home.demo_file.exists():
        shutil.copy(home.demo_file, folder / _DEMO)


def _pack(folder: Path, file: Path) -> int:
    members = sorted(path for path in folder.iterdir())
    partial = folder / "archive"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w") as archive:
            for path in members:
                archive.add(path, arcname=path.name)
        stream.flush()
        os.fsync(stream.fileno())
    partial.rename(file)
    return file.stat().st_size
