"""Token buckets in memory, one number a key (GCRA): a take costs a fraction of a microsecond.

Limits hold per process: N instances behind one address let N times the rate through.
"""

from typing import Final

_KEYS_MIN: Final = 4096


class TokenBuckets:
    """One bucket for each key, full at first, refilled at a steady rate."""

    def __init__(self, rate_per_s: int, burst: int) -> None:
        """Let `burst` through at once and `rate_per_s` in the long run."""
        self._interval = 1 / rate_per_s
        self._span = burst / rate_per_s
        #: When each key's bucket is full again; a past one is the same as none.
        self._full_at: dict[object, float] = {}
        self._keys_max = _KEYS_MIN

    def take(self, key: object, now: float) -> float:
        """Take one token: 0.0 if there was one, else the seconds until there is.

        `now` is monotonic, in seconds.
        """
        full_at = self._full_at.get(key, now)
        # max() would cost more than the rest together.
        after = (full_at if full_at > now else now) + self._interval  # noqa: FURB136
        if after - now > self._span + 1e-9:
            return after - now - self._span
        self._full_at[key] = after
        if len(self._full_at) > self._keys_max:
            self._forget_full(now)
        return 0.0

    def wait(self, key: object, now: float) -> float:
        """Return the seconds until a take would succeed, taking nothing."""
        full_at = self._full_at.get(key, now)
        return max(0.0, full_at + self._interval - now - self._span)

    def _forget_full(self, now: float) -> None:
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        self._keys_max = max(_KEYS_MIN, 2 * len(self._full_at))
