"""Calendars, LPs, requests for change, the record of changes, and what LPs offer now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from tradewind.contracts.http.calendars import CalendarDay, WeekSession
from tradewind.contracts.http.configuration import (
    ConfiguredGroup,
    ConfiguredSymbol,
    MarkupRule,
    Planned,
)
from tradewind.contracts.http.identity import STRICT

ConfigurationKind = Literal[
    "symbol", "group", "markup_rule", "quote_filter", "calendar", "liquidity_provider"
]
RequestState = Literal["pending", "approved", "rejected", "expired"]
#: A value of JSON; terms differ too much between kinds for one shape.
Json: TypeAlias = object


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredCalendar:
    """A week of sessions; `quoting` null takes quotes in the trading sessions."""

    version: int
    effective_from: datetime
    planned: tuple[Planned, ...]
    name: str
    time_zone: str
    sessions: tuple[WeekSession, ...]
    quoting: tuple[WeekSession, ...] | None
    special_days: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCalendar:
    """`time_zone` is an IANA name."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    name: str
    time_zone: str
    sessions: tuple[WeekSession, ...]
    quoting: tuple[WeekSession, ...] | None = None
    special_days: tuple[CalendarDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """Lists replace lists."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    version: int
    effective_from: datetime | None = None
    time_zone: str | None = None
    sessions: tuple[WeekSession, ...] | None = None
    quoting: tuple[WeekSession, ...] | None = None
    special_days: tuple[CalendarDay, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProvider:
    """`symbol_map` holds the LP's names that differ; null there: it does not quote the symbol."""

    version: int
    code: str
    name: str
    environment: str
    priority: int
    enabled: bool
    depth: int
    symbol_map: dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLiquidityProvider:
    """Its environment is the installation's."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    code: str
    name: str
    environment: Literal["demo", "live"]
    priority: int
    enabled: bool
    depth: int = 10
    symbol_map: dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProviderChange:
    """A change of an LP, at once."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    version: int
    name: str | None = None
    priority: int | None = None
    enabled: bool | None = None
    depth: int | None = None
    symbol_map: dict[str, str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChangeRequest:
    """Fields of the kind by name; `version` is the newest seen, 0 for something new."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    kind: ConfigurationKind
    subject: str
    version: int
    fields: dict[str, Json]
    effective_from: datetime | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequestAmendment:
    """What is absent stays."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    version: int | None = None
    fields: dict[str, Json] | None = None
    effective_from: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """`content_hash` of what was read: what has changed since is not approved."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """A change that waits for a second person, or did."""

    id: UUID
    kind: ConfigurationKind
    subject: str
    version: int
    fields: dict[str, Json]
    effective_from: datetime | None
    reason: str
    content_hash: str
    state: RequestState
    created_by: UUID
    created_at: datetime
    expires_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    rejected_by: UUID | None
    rejected_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change; `hash` seals it together with the one before."""

    id: int
    time: datetime
    actor: str
    action: str
    subject: str
    before: dict[str, Json] | None
    after: dict[str, Json] | None
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredSymbolPage:
    """Symbols by name."""

    items: tuple[ConfiguredSymbol, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredGroupPage:
    """Groups by code."""

    items: tuple[ConfiguredGroup, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupRulePage:
    """Rules by name."""

    items: tuple[MarkupRule, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """Calendars by name."""

    items: tuple[ConfiguredCalendar, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProviderPage:
    """LPs by code."""

    items: tuple[LiquidityProvider, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequestPage:
    """Requests, newest first."""

    items: tuple[ChangeRequest, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """The record, oldest first."""

    items: tuple[AuditEntry, ...]
    next: str | None
