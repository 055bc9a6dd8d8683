"""Secrets made once, at the first start: random files only their owner can read."""

import os
import secrets
from pathlib import Path
from typing import Final

from joserfc.jwk import OKPKey

from tradewind.infra.local.errors import LocalError

#: The database roles of our services; each logs in with the secret `pg_<role>`.
ROLES: Final = ("tw_oms", "tw_read", "tw_auth", "tw_pricing", "tw_admin", "tw_migrate")
SUPERUSER: Final = "postgres"
SUPERUSER_SECRET: Final = "pg_superuser"  # noqa: S105  a file's name
#: What the platform's own data depends on; a backup carries these.
APPLICATION_SECRETS: Final = ("jwt_ed25519", "refresh_hmac")


def generate_secrets(folder: Path, *, cluster_exists: bool) -> None:
    """Write every secret that is missing; an existing one is never changed."""
    if cluster_exists and not (folder / SUPERUSER_SECRET).exists():
        raise LocalError(
            f"{folder / SUPERUSER_SECRET} is missing but the database exists: "
            "put the file back, or restore a backup into a fresh TRADEWIND_HOME"
        )
    for name in (SUPERUSER_SECRET, *(f"pg_{role}" for role in ROLES)):
        write_secret(folder, name, secrets.token_urlsafe(32))
    write_secret(folder, "jwt_ed25519", _private_key())
    write_secret(folder, "refresh_hmac", secrets.token_hex(32))


def write_secret(folder: Path, name: str, text: str) -> None:
    """Write one secret unless it exists; it appears whole or not at all."""
    path = folder / name
    if path.exists():
        return
    partial = folder / f".{name}.partial"
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else text + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


def _private_key() -> str:
    return OKPKey.generate_key("Ed25519").as_pem(private=True).decode("ascii")
