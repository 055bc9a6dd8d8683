"""Reads what pricing tells of its LPs."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.contracts.liquidity import LPS_KEY, LpStatus

_DECODER: Final[msgspec.json.Decoder[Sequence[LpStatus]]] = msgspec.json.Decoder(list[LpStatus])


async def read_lp_statuses(redis: Redis) -> Mapping[str, LpStatus]:
    """Return every LP's status by code; none while pricing or Redis is silent."""
    with suppress(RedisError, OSError, TimeoutError):
        payload = await redis.get(LPS_KEY)
        if isinstance(payload, bytes):
            return {each.code: each for each in _DECODER.decode(payload)}
    return {}
