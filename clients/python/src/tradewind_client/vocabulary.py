"""The closed choices of the API, in the trade's words."""

from enum import StrEnum


class Side(StrEnum):
    """Which way an order or a position goes."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """The side that closes what this one opened."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How an order finds its price."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    MARKET_IF_TOUCHED = "market_if_touched"


class TimeInForce(StrEnum):
    """How long an order lives."""

    GTC = "gtc"
    DAY = "day"
    GTD = "gtd"
    IOC = "ioc"
    FOK = "fok"


class TriggerSide(StrEnum):
    """Which price wakes a resting order; by default the one its side trades on."""

    DEFAULT = "default"
    BID = "bid"
    ASK = "ask"
    MID = "mid"
    INVERSE = "inverse"


class OrderState(StrEnum):
    """Where an order stands; `filled`, `cancelled` and `rejected` are final."""

    NEW = "new"
    PENDING = "pending"
    ACCEPTED = "accepted"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class Interval(StrEnum):
    """How long a candle is; days, weeks and months are those of trade dates."""

    SECOND = "1s"
    MINUTE = "1m"
    MINUTES_5 = "5m"
    MINUTES_15 = "15m"
    MINUTES_30 = "30m"
    HOUR = "1h"
    HOURS_4 = "4h"
    DAY = "1d"
    WEEK = "1w"
    MONTH = "1M"


class CandleSide(StrEnum):
    """Which prices a candle is made of."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"


class LogoutScope(StrEnum):
    """What a logout ends: this login, or every login of the user."""

    SESSION = "session"
    EVERYWHERE = "everywhere"
