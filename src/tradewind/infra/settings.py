"""Twelve-factor settings: the environment, read once per process into one frozen dataclass."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingError(ValueError):
    """A setting is missing or malformed; the process refuses to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every process of ours needs. Each field names its environment variable in docs."""

    #: TRADEWIND_DATABASE_URL: postgresql URL without user and password.
    database_url: str
    #: TRADEWIND_REDIS_URL: `unix:///path` or `redis://host:port`.
    redis_url: str
    #: TRADEWIND_SECRETS_DIR: one file per secret, mode 0600.
    secrets_dir: Path
    #: TRADEWIND_ENVIRONMENT: `demo` or `live`; must equal what the database was made for.
    environment: str
    #: TRADEWIND_HOST: the address listening sockets bind to.
    host: str
    #: TRADEWIND_PORT: web and API; the stream listens on the next one.
    port: int
    #: TRADEWIND_METRICS_PORT: this process's Prometheus endpoint on loopback; 0 picks a free one.
    metrics_port: int


def settings_from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Parse the common settings; a missing or malformed one is named in the error."""
    kind = environment.get("TRADEWIND_ENVIRONMENT", "demo")
    if kind not in {"demo", "live"}:
        raise SettingError(f"TRADEWIND_ENVIRONMENT must be demo or live, not {kind!r}")
    return Settings(
        database_url=required(environment, "TRADEWIND_DATABASE_URL"),
        redis_url=required(environment, "TRADEWIND_REDIS_URL"),
        secrets_dir=Path(required(environment, "TRADEWIND_SECRETS_DIR")),
        environment=kind,
        host=environment.get("TRADEWIND_HOST", "127.0.0.1"),
        port=integer(environment, "TRADEWIND_PORT", 8000),
        metrics_port=integer(environment, "TRADEWIND_METRICS_PORT", 0),
    )


def required(environment: Mapping[str, str], name: str) -> str:
    """Return a setting that has no default."""
    value = environment.get(name)
    if not value:
        raise SettingError(f"{name} is not set")
    return value


def integer(environment: Mapping[str, str], name: str, default: int) -> int:
    """Return a whole number, or the default when unset."""
    text = environment.get(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise SettingError(f"{name} must be a whole number, not {text!r}") from None
