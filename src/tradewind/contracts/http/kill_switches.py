"""What staff stop, and what is stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from tradewind.contracts.http.identity import STRICT

KillSwitchScope = Literal["global", "group", "account", "symbol"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKillSwitch:
    """`key` is a group's code, an account's id or a symbol; `global` has none."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    scope: KillSwitchScope
    key: str = ""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillSwitch:
    """Nothing opens here since `at`; closes go on."""

    scope: KillSwitchScope
    key: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KillSwitchPage:
    """Switches by scope and key."""

    items: tuple[KillSwitch, ...]
    next: str | None
