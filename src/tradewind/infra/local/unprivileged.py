"""Which account runs PostgreSQL, which refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tradewind.infra.local.children import Account
from tradewind.infra.local.errors import LocalError

_ACCOUNTS: Final = ("postgres", "nobody")
_PROBE_TIMEOUT_S: Final = 10.0
_UNSHARE: Final = ("--user", "--map-user=1000", "--map-group=1000", "--")
#: Enter the folder, write there, run the program: all that the account must be able to do.
_PROBE: Final = 'cd "$1" && test -w . && exec "$2" --version'


def choose_account(data: Path, programs: Path, warn: Callable[[str], None]) -> Account:
    """Return the account for PostgreSQL and give it the data folder, which must exist."""
    if os.geteuid() != 0:
        if data.stat().st_uid != os.geteuid():
            raise LocalError(
                f"{data} belongs to another user; run as that user or set TRADEWIND_HOME"
            )
        return Account()
    for name in _ACCOUNTS:
        account = _existing(name)
        if account is None:
            continue
        give(data, account)
        if _can_run(account, data, programs):
            return account
    give(data, Account(uid=0, gid=0))
    unshare = shutil.which("unshare")
    separate = Account(prefix=(unshare, *_UNSHARE)) if unshare else None
    if separate is not None and _can_run(separate, data, programs):
        warn(
            "PostgreSQL runs in a user namespace of root's, which does not drop root's rights "
            "over files: no unprivileged account can reach this folder"
        )
        return separate
    raise LocalError(
        "PostgreSQL does not run as root, and neither `postgres` nor `nobody` can reach "
        f"{programs} and {data}. Run tradewind as an ordinary user, or move the project and "
        "TRADEWIND_HOME to folders that others may enter (not below a 0700 home)"
    )


def give(folder: Path, account: Account) -> None:
    """Make `account` the owner of a folder and all below it; nothing without an account."""
    if account.uid is None or account.gid is None or folder.stat().st_uid == account.uid:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, account.uid, account.gid, follow_symlinks=False)
    os.chown(folder, account.uid, account.gid)


def _existing(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _can_run(account: Account, data: Path, programs: Path) -> bool:
    try:
        shown = subprocess.run(  # noqa: S603
            (*account.prefix, "/bin/sh", "-c", _PROBE, "sh", data, programs / "postgres"),
            cwd="/",
            capture_output=True,
            check=False,
            timeout=_PROBE_TIMEOUT_S,
            user=account.uid,
            group=account.gid,
            extra_groups=[] if account.uid is not None else None,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return shown.returncode == 0
