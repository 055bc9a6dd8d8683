"""Settings of the local platform: the environment, read once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewind.infra.local.errors import LocalError
from tradewind.infra.settings import integer

#: The highest offset from TRADEWIND_PORT that any process listens on.
PORT_SPAN: Final = 19
DEFAULT_PORT: Final = 8000
DISK_FREE_MIN_MB: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalConfiguration:
    """Where the platform lives and listens. Each field names its environment variable."""

    #: TRADEWIND_HOME: the data folder; `.tradewind` of the working directory when unset, so that
    #: two checkouts never share data.
    home: Path
    #: TRADEWIND_HOST: the address the public ports bind to.
    host: str
    #: TRADEWIND_PORT: the first of our ports.
    port: int
    #: TRADEWIND_POSTGRES_BIN: folder of a system PostgreSQL (15 or newer) instead of the wheel's.
    postgres_bin: Path | None
    #: TRADEWIND_DISK_FREE_MIN_MB: with less free space the platform refuses to start.
    disk_free_min_mb: int
    #: TRADEWIND_WEB_DIR: a web client built elsewhere; unset, ours is built from the sources.
    web_dir: Path | None


def configuration_from_environment(
    environment: Mapping[str, str] = os.environ,
) -> LocalConfiguration:
    """Parse the settings; a port outside the usable range is refused."""
    port = integer(environment, "TRADEWIND_PORT", DEFAULT_PORT)
    if not 1 <= port <= 65535 - PORT_SPAN:
        raise LocalError(f"TRADEWIND_PORT must lie between 1 and {65535 - PORT_SPAN}, not {port}")
    return LocalConfiguration(
        home=Path(environment.get("TRADEWIND_HOME") or ".tradewind").absolute(),
        host=environment.get("TRADEWIND_HOST", "127.0.0.1"),
        port=port,
        postgres_bin=_optional_path(environment, "TRADEWIND_POSTGRES_BIN"),
        disk_free_min_mb=integer(environment, "TRADEWIND_DISK_FREE_MIN_MB", DISK_FREE_MIN_MB),
        web_dir=_optional_path(environment, "TRADEWIND_WEB_DIR"),
    )


def _optional_path(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name)
    return Path(text).absolute() if text else None
