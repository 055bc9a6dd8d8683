"""Market data messages (W, X, Y) from tag=value text. Anything malformed raises, nothing else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

SOH: Final = "\x01"
#: A FIX float: no exponent, no infinity, bounded digits; Decimal alone would accept more.
FLOAT = re.compile(r"-?(?=\.?[0-9])[0-9]{0,18}(?:\.[0-9]{0,18})?", re.ASCII)
COUNT_DIGITS_MAX: Final = 6
#: Sizes and nearby prices come again and again; looking one up costs a seventh of parsing it.
DECIMALS_CACHED: Final = 8192
BID: Final = "0"
OFFER: Final = "1"
CHANGE: Final = "1"
DELETE: Final = "2"


class MalformedMessage(ValueError):
    """The text is not what its MsgType promises; the message is dropped and counted."""


class Entry(NamedTuple):
    """One entry of a book. Empty texts stand for absent tags.

    A NamedTuple because it is made twice per tick and costs a third of a frozen dataclass.
    """

    action: str
    side: str
    entry_id: str
    symbol: str
    price: Decimal | None
    size: Decimal | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """W: the whole book of one symbol; no entries means there is none."""

    request_id: str
    symbol: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Increments:
    """X: changes to the books of one or more symbols, in order."""

    request_id: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRejected:
    """Y: the LP refuses a market data request."""

    request_id: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A message that carries no market data."""

    kind: str


def parse(text: str) -> Snapshot | Increments | RequestRejected | Ignored:
    """Read one message. Raises MalformedMessage."""
    head, found, group = text.partition(f"{SOH}268=")
    header = _fields(head)
    kind = header.get("35", "")
    match kind:
        case "W":
            if not found:
                raise MalformedMessage("W without 268")
            entries = _entries(group, header)
            return Snapshot(
                request_id=header.get("262", ""),
                symbol=header.get("55", ""),
                entries=entries,
            )
        case "X":
            if not found:
                raise MalformedMessage("X without 268")
            return Increments(request_id=header.get("262", ""), entries=_entries(group, header))
        case "Y":
            return RequestRejected(
                request_id=header.get("262", ""),
                reason=header.get("281", ""),
                text=header.get("58", ""),
            )
        case _:
            return Ignored(kind=kind)


def subject(text: str) -> tuple[str, str]:
    """Return MDReqID and Symbol of a message that `parse` refuses; empty where absent."""
    fields = {
        tag: value
        for tag, _, value in (field.partition("=") for field in text.split(SOH))
        if tag in {"55", "262"}
    }
    return fields.get("262", ""), fields.get("55", "")


def _fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for field in text.strip(SOH).split(SOH):
        tag, equals, value = field.partition("=")
        if not equals:
            raise MalformedMessage("a field without =")
        fields[tag] = value
    return fields


def _entries(group: str, header: Mapping[str, str]) -> Sequence[Entry]:
    """Split the group at its delimiter, the tag that follows the count."""
    count, _, rest = group.partition(SOH)
    if not count.isdecimal() or len(count) > COUNT_DIGITS_MAX:
        raise MalformedMessage("268 is not a number")
    if count == "0":
        return ()
    delimiter = rest[: rest.find("=") + 1]
    if delimiter not in {"279=", "269="}:
        raise MalformedMessage("268 is not followed by 279 or 269")
    parts = rest.split(SOH + delimiter)
    if len(parts) != int(count):
        raise MalformedMessage("268 does not count its entries")
    sent_at = header.get("52", "")
    entries: list[Entry] = []
    last_time_text = ""
    for part in parts:
        fields = _fields(part if part is parts[0] else delimiter + part)
        time_text = _time_text(fields, sent_at)
        # Both sides of a tick nearly always carry the same time.
        same = entries and time_text == last_time_text
        at = entries[-1].at if same else _time(time_text)
        last_time_text = time_text
        entries.append(_entry(fields, at))
    return entries


def _entry(fields: Mapping[str, str], at: datetime) -> Entry:
    get = fields.get
    price, size = get("270"), get("271")
    return Entry(
        get("279", "0"),
        get("269", ""),
        get("278", ""),
        get("55", ""),
        None if price is None else _decimal(price),
        None if size is None else _decimal(size),
        at,
    )


@lru_cache(maxsize=DECIMALS_CACHED)
def _decimal(text: str) -> Decimal:
    if FLOAT.fullmatch(text) is None:
        raise MalformedMessage("not a decimal")
    return Decimal(text)


def _time_text(fields: Mapping[str, str], sent_at: str) -> str:
    """Return MDEntryDate and MDEntryTime; what is absent comes from SendingTime."""
    time = fields.get("273")
    return sent_at if time is None else f"{fields.get('272') or sent_at[:8]}-{time}"


def _time(text: str) -> datetime:
    if text[8:9] != "-" or not text[-1:].isdecimal():
        raise MalformedMessage("not a UTC timestamp")
    try:
        return datetime.fromisoformat(text + "Z")
    except ValueError:
        raise MalformedMessage("not a UTC timestamp") from None
