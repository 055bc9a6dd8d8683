"""Secrets are files of one folder, readable by their owner alone."""

from pathlib import Path


class SecretError(RuntimeError):
    """A secret is missing or readable by others; the process refuses to start."""


def read_secret(folder: Path, name: str) -> str:
    """Return one secret's text without the trailing newline."""
    path = folder / name
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        raise SecretError(f"secret {name} is missing") from None
    if mode & 0o077:
        raise SecretError(f"secret {name} has mode {mode:o}; it must be 600")
    return path.read_text("utf-8").rstrip("\n")
