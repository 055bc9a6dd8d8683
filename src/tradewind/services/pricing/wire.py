"""Redis commands as bytes: one tick is three commands, built from parts made once per symbol."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from tradewind.contracts.liquidity import LPS_EXPIRY_MS, LPS_KEY, LpStatus
from tradewind.contracts.ticks import (
    ALIVE_EXPIRY_MS,
    ALIVE_KEY,
    LATEST_PREFIX,
    QUARANTINE_FIELD,
    QUARANTINE_KEY,
    QUARANTINE_LENGTH_MAX,
    RING_FIELD,
    RING_LENGTH_MAX,
    RING_PREFIX,
    QuarantinedQuote,
    Tick,
)

COMMANDS_PER_TICK: Final = 3
COMMANDS_PER_HEARTBEAT: Final = 2
_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")


def tick_commands(tick: Tick) -> bytes:
    """Return SET of the latest price, XADD to the ring, PUBLISH."""
    payload = _ENCODER.encode(tick)
    value = b"$%d\r\n%b\r\n" % (len(payload), payload)
    set_, add, publish = _heads(tick.symbol)
    return b"".join((set_, value, add, value, publish, value))


def quarantine_commands(quote: QuarantinedQuote) -> bytes:
    """Return XADD to the ring of quarantined quotes."""
    payload = _ENCODER.encode(quote).decode()
    bound = ("MAXLEN", "~", str(QUARANTINE_LENGTH_MAX))
    return pack("XADD", QUARANTINE_KEY, *bound, "*", QUARANTINE_FIELD, payload)


def lp_statuses_command(statuses: Sequence[LpStatus]) -> bytes:
    """Return SET of what each LP sent; it expires when pricing ends."""
    payload = _ENCODER.encode(statuses).decode()
    return pack("SET", LPS_KEY, payload, "PX", str(LPS_EXPIRY_MS))


def alive_commands(epoch: int) -> bytes:
    """Return the heartbeat: a key that expires, and a message."""
    text = str(epoch)
    expiring = pack("SET", ALIVE_KEY, text, "PX", str(ALIVE_EXPIRY_MS))
    return expiring + pack("PUBLISH", ALIVE_KEY, text)


def farewell_commands() -> bytes:
    """Return the end of the heartbeat."""
    return pack("DEL", ALIVE_KEY)


def pack(*arguments: str) -> bytes:
    """Return one command in Redis's protocol."""
    parts = [b"$%d\r\n%b\r\n" % (len(raw), raw) for raw in map(str.encode, arguments)]
    return b"*%d\r\n" % len(parts) + b"".join(parts)


@lru_cache(maxsize=4096)
def _heads(symbol: str) -> tuple[bytes, bytes, bytes]:
    """Return each command without its last argument, the payload."""
    ring = ("XADD", RING_PREFIX + symbol, "MAXLEN", "~", str(RING_LENGTH_MAX), "*", RING_FIELD)
    return (
        _head("SET", LATEST_PREFIX + symbol),
        _head(*ring),
        _head("PUBLISH", LATEST_PREFIX + symbol),
    )


def _head(*arguments: str) -> bytes:
    """Pack with an empty last argument, then cut that off."""
    return pack(*arguments, "").removesuffix(b"$0\r\n\r\n")
