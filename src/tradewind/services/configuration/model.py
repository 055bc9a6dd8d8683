"""The words of configuration (docs/domain/approvals.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from tradewind.services.configuration.terms import Terms

#: Fields by name, as JSON has them; a change names those that are to be different.
Fields: TypeAlias = Mapping[str, object]


class Kind(StrEnum):
    """What is configured; each has a number in `config_version` that grows with every change."""

    SYMBOL = "symbol"
    GROUP = "group"
    MARKUP_RULE = "markup_rule"
    QUOTE_FILTER = "quote_filter"
    CALENDAR = "calendar"
    LIQUIDITY_PROVIDER = "liquidity_provider"


class Authority(StrEnum):
    """What staff may write: an administrator everything, others what stops and starts trade."""

    ADMIN = "admin"
    DEALER = "dealer"
    RISK = "risk"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who changes something; `user_id` is None for an operator at the machine who has no login."""

    name: str
    user_id: UUID | None
    authority: Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be different. `version` is the newest the author saw, 0 for something new."""

    kind: Kind
    subject: str
    version: int
    fields: Fields
    #: None is at once.
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTerms:
    """One version of something."""

    version: int
    effective_from: datetime
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """Something as it stands: what is in force, what is planned, the newest version's number."""

    version: int
    current: StoredTerms
    planned: tuple[StoredTerms, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """An idempotency key: `id` hashes user, method, path and key; `body_hash` the body."""

    id: UUID
    user_id: UUID
    text: str
    body_hash: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Up to `limit` items after the one named."""

    after: str | None
    limit: int
