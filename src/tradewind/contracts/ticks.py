"""One published price of one symbol, as it crosses Redis.

Keys: `px:{SYMBOL}` is the latest tick (string) and the channel it is published on;
`tk:{SYMBOL}` is the lossless ring (stream, field `t`). The value is this class as JSON.

`pricing:alive` says that pricing lives: a key that holds the epoch and expires after a second,
and a channel of that name with the same text, both refreshed four times a second. A pricing
process that was killed cannot publish untradable ticks; whoever holds prices treats all of them
as nonexistent once the channel has been silent for a second (or, when it polls, once the key is
gone). A pricing process that stops in an orderly way publishes an untradable tick of every symbol
and deletes the key.

`qt` is a bounded ring like `tk:` (field `q`): quotes that pricing did not let through, with why.
"""

from datetime import datetime
from decimal import Decimal

from tradewind.core.values import frozen

LATEST_PREFIX = "px:"
RING_PREFIX = "tk:"
RING_FIELD = "t"
RING_LENGTH_MAX = 5000
ALIVE_KEY = "pricing:alive"
QUARANTINE_KEY = "qt"
QUARANTINE_FIELD = "q"
QUARANTINE_LENGTH_MAX = 5000
ALIVE_EXPIRY_MS = 1000


@frozen
class TickQuote:
    """One LP's top of book at the moment of the tick."""

    lp: str
    bid: Decimal
    ask: Decimal
    bid_size: Decimal
    ask_size: Decimal
    lp_time: datetime
    received_at: datetime


@frozen
class TickLevel:
    """One price of the consolidated book, unmarked, with the LP behind it."""

    price: Decimal
    size: Decimal
    lp: str


@frozen
class TickPrice:
    """What clients of one group see, and the number of the markup rule that made it."""

    bid: Decimal
    ask: Decimal
    rule: int = 0


@frozen
class Tick:
    """A price with everything that explains it.

    `epoch` comes from the pricing lease and `seq` counts per symbol within it: a reader drops
    whatever is not after the last (epoch, seq). `bid`/`ask` are the unmarked BBO, null where
    there is none; `prices` is empty then. `time` is when pricing made it (UTC). `bids` and `asks`
    are the depth of all live LPs together, best first; a level of an LP that sends none is its top.
    """

    symbol: str
    epoch: int
    seq: int
    time: datetime
    bid: Decimal | None
    ask: Decimal | None
    quotes: tuple[TickQuote, ...]
    tradable: bool
    reason: str | None
    rules_version: int
    prices: dict[str, TickPrice]
    bids: tuple[TickLevel, ...] = ()
    asks: tuple[TickLevel, ...] = ()


@frozen
class QuarantinedQuote:
    """A quote that may not move a price; `reason` is a stable code. `raw` is what the LP sent."""

    symbol: str
    lp: str
    reason: str
    bid: Decimal | None
    ask: Decimal | None
    lp_time: datetime
    received_at: datetime
    raw: str | None
