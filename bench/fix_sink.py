"""A FIX client that reads and forgets: what a simulated LP can send when nobody holds it up."""

import socket
import time
from typing import Final

SOH: Final = "\x01"


def drain(port: int, symbol: str, seconds: float, warm_s: float) -> None:
    """Log on to lp-one, subscribe one symbol, and read until the time is over."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(_message(1, "A", "98=0", "108=60", "141=Y"))
        assert b"35=A" in connection.recv(65_536), "the simulator refused the logon"
        request = ("262=1", "263=1", "264=1", "265=1", "267=2", "269=0", "269=1", "146=1")
        connection.sendall(_message(2, "V", *request, f"55={symbol}"))
        ends = time.monotonic() + warm_s + seconds
        while time.monotonic() < ends:
            assert connection.recv(1 << 20), "the simulator closed the session"


def _message(number: int, kind: str, *fields: str) -> bytes:
    sent = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
    head = (f"35={kind}", f"34={number}", "49=BENCH", f"52={sent}.000", "56=LP-ONE-MD")
    body = "".join(f"{each}{SOH}" for each in (*head, *fields))
    text = f"8=FIX.4.4{SOH}9={len(body)}{SOH}{body}"
    return f"{text}10={sum(text.encode()) % 256:03d}{SOH}".encode()
