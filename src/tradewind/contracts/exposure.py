"""The house's exposure as the worker publishes it: the value of one key of Redis, as JSON.

Written four times a second at most, and once a second at least while the event log can be read;
`as_of` is when it was read last and `log_position` the transaction before which all is counted.
"""

from datetime import datetime, timedelta

from tradewind.core.exposure import Exposure
from tradewind.core.values import frozen

EXPOSURE_KEY = "exposure"
#: A table that is older is called stale.
EXPOSURE_AGE_MAX = timedelta(seconds=5)


@frozen
class ExposureTable:
    """Exact figures, seen from the house; `currency` is its reporting currency."""

    as_of: datetime
    log_position: int
    currency: str
    minor_digits: int
    exposure: Exposure
