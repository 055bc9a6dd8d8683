"""The published exposure in Redis: written by one worker, read by everybody."""

from contextlib import suppress
from typing import Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.contracts.exposure import EXPOSURE_KEY, ExposureTable
from tradewind.core.errors import TransientError

_DECODER: Final = msgspec.json.Decoder(ExposureTable)
_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")


async def publish_exposure(redis: Redis, table: ExposureTable) -> None:
    """Put a table in place of the last one."""
    await redis.set(EXPOSURE_KEY, _ENCODER.encode(table))


async def read_exposure(redis: Redis) -> ExposureTable:
    """Return the latest table, however old; TransientError while there is none."""
    with suppress(RedisError, OSError, TimeoutError):
        payload = await redis.get(EXPOSURE_KEY)
        if isinstance(payload, bytes):
            return _DECODER.decode(payload)
    raise TransientError("exposure_unavailable", "No worker has published the exposure.")
