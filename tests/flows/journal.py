"""A client's own record of what it sent and heard, on disk before anything follows from it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import msgspec


class Intent(msgspec.Struct, frozen=True, kw_only=True, tag="INTENT"):
    """Written before the order is sent; its id is both Idempotency-Key and client_order_id."""

    id: str
    account: UUID
    symbol: str
    side: str
    quantity: str

    @property
    def path(self) -> str:
        """Where the order is placed."""
        return f"/v1/accounts/{self.account}/orders"

    @property
    def body(self) -> bytes:
        """The request, the same bytes each time."""
        return msgspec.json.encode(
            {
                "client_order_id": self.id,
                "symbol": self.symbol,
                "side": self.side,
                "type": "market",
                "quantity": self.quantity,
            }
        )

    def headers(self, token: str) -> dict[str, str]:
        """Who asks, and under which key."""
        return {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "idempotency-key": self.id,
        }


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag="ACK"):
    """The order was filled."""

    id: str
    order_id: UUID


class Rej(msgspec.Struct, frozen=True, kw_only=True, tag="REJ"):
    """The order was rejected."""

    id: str
    order_id: UUID
    code: str


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag="UNKNOWN"):
    """A reset, a time-out or a 5xx; `sent` is False when the connection was refused."""

    id: str
    why: str
    sent: bool


class Odd(msgspec.Struct, frozen=True, kw_only=True, tag="ODD"):
    """An answer that no order of this client may get."""

    id: str
    status: int
    text: str


Outcome = Ack | Rej | Unknown | Odd
_DECODER = msgspec.json.Decoder(Intent | Outcome)


def reason(outcome: Outcome) -> str:
    """Why an order was not filled; nothing for one that was."""
    match outcome:
        case Ack():
            return ""
        case Rej():
            return outcome.code
        case Unknown():
            return outcome.why
        case Odd():
            return f"{outcome.status} {outcome.text}"


class Journal:
    """Appends records; each is on disk when `write` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("ab")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, records: Sequence[Intent | Outcome]) -> None:
        self._file.write(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
        self._file.flush()
        os.fsync(self._file.fileno())


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One order of the journal with what became of it."""

    intent: Intent
    outcome: Outcome


def read_journal(path: Path) -> dict[str, Written]:
    """Return all orders by id; an order without exactly one outcome is an error."""
    intents: dict[str, Intent] = {}
    written: dict[str, Written] = {}
    for line in path.read_bytes().splitlines():
        match _DECODER.decode(line):
            case Intent() as intent:
                assert intent.id not in intents
                intents[intent.id] = intent
            case outcome:
                assert outcome.id not in written
                written[outcome.id] = Written(intent=intents[outcome.id], outcome=outcome)
    assert written.keys() == intents.keys()
    return written
