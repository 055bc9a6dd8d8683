"""LPs in one process that quote at an exact rate: `python -m bench.fix_feed PLAN`, as JSON.

Says `listening`, and `subscribed` when every LP was asked for every symbol. Then each line it
reads is an `Order`, and each answer a `Sent`. Ticks go round: of tick n symbol, LP and price follow
from n alone, so a price names its tick; when it was sent is taken right before its bytes go to the
socket.
"""

import select
import socket
import sys
import time
from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO, TypeVar

import msgspec

from tradewind.simulators.lp.wire import SOH, framed, price_text, sending_time

DIGITS: Final = 5
FIRST_BID: Final = 110_000
#: Prices of a symbol rise by a point with each tick and then begin again.
PERIOD: Final = 200
#: Wider than a period, so that quotes of two LPs never cross.
SPREAD: Final = 210
_SIZE: Final = 1_000_000
_HEARTBEAT_S: Final = 2.0
#: Between ticks the process sleeps so long, and looks so often at what LPs are told.
_NAP_S: Final = 0.0002
_LISTEN_EVERY_S: Final = 0.05
_SECOND_NS: Final = 1_000_000_000

_File = TypeVar("_File", socket.socket, TextIO)


class FeedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Ports of the LPs by CompID, and what they all quote."""

    ports: dict[str, int]
    symbols: list[str]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Quote `count` ticks at a rate; `path` gets when each was sent, in monotonic ns."""

    per_second: float
    count: int
    path: str


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent: from tick `first` on, how long it took, and how far behind it ever was."""

    first: int
    count: int
    wall_s: float
    behind_max_s: float


class _Lp:
    """One LP's only session."""

    def __init__(self, name: str, door: socket.socket) -> None:
        with door:
            self.socket, _ = door.accept()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request_ids: dict[str, str] = {}
        self._name = name
        self._number = 0
        self._waiting = b""
        self._said_at = 0.0

    def send(self, kind: str, body: str, sent_at: str) -> None:
        self._number += 1
        head = f"35={kind}{SOH}49={self._name}{SOH}56=TRADEWIND{SOH}34={self._number}"
        self.socket.sendall(framed(head, f"52={sent_at}{SOH}{body}" if body else f"52={sent_at}"))

    def hear(self) -> None:
        """Answer what has come."""
        data = self.socket.recv(65_536)
        assert data, f"the session of {self._name} ended"
        *messages, self._waiting = (self._waiting + data).split(b"8=FIX.4.4\x01")
        # The last one may be whole: it ends with its checksum.
        if self._waiting[-1:] == b"\x01" and self._waiting[-8:-4] == b"\x0110=":
            messages.append(self._waiting)
            self._waiting = b""
        for message in filter(None, messages):
            fields = dict(part.split("=", 1) for part in message.decode().split(SOH) if part)
            self._answer(fields)

    def keep_alive(self) -> None:
        logged_on = self._number > 0
        if logged_on and time.monotonic() - self._said_at > _HEARTBEAT_S:
            self._said_at = time.monotonic()
            self.send("0", "", _now())

    def _answer(self, fields: dict[str, str]) -> None:
        match fields["35"]:
            case "A":
                self.send("A", f"98=0{SOH}108={fields['108']}{SOH}141=Y", _now())
            case "1":
                self.send("0", f"112={fields['112']}", _now())
            case "V" if fields["263"] == "1":
                self.request_ids[fields["55"]] = fields["262"]


class _Feed:
    def __init__(self, plan: FeedPlan) -> None:
        self._symbols = plan.symbols
        doors = [socket.create_server(("127.0.0.1", port)) for port in plan.ports.values()]
        print("listening", flush=True)
        self._lps = [_Lp(name, door) for name, door in zip(plan.ports, doors, strict=True)]
        self._sockets = {lp.socket: lp for lp in self._lps}
        self._next = 0
        self._stamp = (0, "")

    def serve(self) -> None:
        """Wait for subscriptions, then do as ordered until nobody orders any more."""
        while any(len(lp.request_ids) < len(self._symbols) for lp in self._lps):
            self._listen(1.0)
        print("subscribed", flush=True)
        while True:
            if _readable([sys.stdin], 0):
                line = sys.stdin.readline()
                if not line:
                    return
                sent = self._quote(msgspec.json.decode(line, type=Order))
                print(msgspec.json.encode(sent).decode(), flush=True)
            self._listen(_LISTEN_EVERY_S)

    def _listen(self, wait_s: float) -> None:
        for each in _readable(self._sockets, wait_s):
            self._sockets[each].hear()
        for lp in self._lps:
            lp.keep_alive()

    def _quote(self, order: Order) -> Sent:
        sent_at = array("q")
        first, behind_max, listened = self._next, 0, 0.0
        apart_ns = _SECOND_NS / order.per_second
        began = time.monotonic_ns()
        for number in range(order.count):
            due = began + int(number * apart_ns)
            while (now := time.monotonic_ns()) < due:
                if now - listened > _LISTEN_EVERY_S * _SECOND_NS:
                    listened = now
                    self._listen(0)
                else:
                    time.sleep(min(_NAP_S, (due - now) / _SECOND_NS))
            behind_max = max(behind_max, now - due)
            sent_at.append(self._tick(first + number))
        self._next = first + order.count
        Path(order.path).write_bytes(sent_at.tobytes())
        return Sent(
            first=first,
            count=order.count,
            wall_s=(sent_at[-1] - sent_at[0]) / _SECOND_NS,
            behind_max_s=behind_max / _SECOND_NS,
        )

    def _tick(self, number: int) -> int:
        """Send one tick; returns when."""
        turn, place = divmod(number, len(self._symbols))
        lp, symbol = self._lps[turn % len(self._lps)], self._symbols[place]
        bid = FIRST_BID + turn % PERIOD
        millisecond = time.time_ns() // 1_000_000
        if self._stamp[0] != millisecond:
            self._stamp = (millisecond, _now())
        sent_at = self._stamp[1]
        date, _, clock = sent_at.partition("-")
        entry_time = f"{SOH}271={_SIZE}{SOH}272={date}{SOH}273={clock}"
        body = (
            f"262={lp.request_ids[symbol]}{SOH}55={symbol}{SOH}268=2"
            f"{SOH}269=0{SOH}270={price_text(bid, DIGITS)}{entry_time}"
            f"{SOH}269=1{SOH}270={price_text(bid + SPREAD, DIGITS)}{entry_time}"
        )
        at = time.monotonic_ns()
        lp.send("W", body, sent_at)
        return at


def _readable(files: Iterable[_File], wait_s: float) -> Sequence[_File]:
    none: tuple[_File, ...] = ()
    readable, _, _ = select.select(files, none, none, wait_s)
    return readable


def _now() -> str:
    return sending_time(datetime.now(UTC))


if __name__ == "__main__":
    _Feed(msgspec.json.decode(sys.argv[1], type=FeedPlan)).serve()
