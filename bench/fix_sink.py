"""A FIX client that reads and forgets: what a simulated LP can send when nobody holds it up."""

import socket
import time
from typing import Final

SOH: Final = "\x01"
_SNAPSHOT: Final = b"\x0135=W\x01"
_UPDATE: Final = b"\x0135=X\x01"


def drain(port: int, symbol: str, quiet_s: float) -> tuple[int, float]:
    """Log on to lp-one, subscribe one symbol, and read until nothing comes any more.

    Returns how many price messages came, and in how many seconds from the first to the last.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(message(1, "A", "98=0", "108=60", "141=Y"))
        assert b"35=A" in connection.recv(65_536), "the simulator refused the logon"
        request = ("262=1", "263=1", "264=1", "265=1", "267=2", "269=0", "269=1", "146=1")
        connection.sendall(message(2, "V", *request, f"55={symbol}"))
        count, began, ended = 0, 0.0, 0.0
        while True:
            try:
                data = connection.recv(1 << 20)
            except TimeoutError:
                return count, ended - began
            assert data, "the simulator closed the session"
            ended = time.monotonic()
            began = began or ended
            count += data.count(_SNAPSHOT) + data.count(_UPDATE)
            connection.settimeout(quiet_s)


def message(number: int, kind: str, *fields: str) -> bytes:
    """Build a client's message."""
    sent = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
    head = (f"35={kind}", f"34={number}", "49=BENCH", f"52={sent}.000", "56=LP-ONE-MD")
    body = "".join(f"{each}{SOH}" for each in (*head, *fields))
    text = f"8=FIX.4.4{SOH}9={len(body)}{SOH}{body}"
    return f"{text}10={sum(text.encode()) % 256:03d}{SOH}".encode()
