"""What pricing counts."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from tradewind.core.ids import LpCode
from tradewind.core.quotes import Quarantine

LATENCY_BUCKETS_S: Final = (
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
)  # fmt: skip


class PricingCounters:
    """Prometheus metrics of the pricing process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register everything with the process's registry."""
        self._received = Counter(
            "tradewind_pricing_quotes_received", "Quotes of LPs", ["lp"], registry=registry
        )
        self._dropped = Counter(
            "tradewind_pricing_dropped", "Quotes and ticks not published", ["reason"],
            registry=registry,
        )  # fmt: skip
        self._quarantined = Counter(
            "tradewind_pricing_quarantined", "Quotes that may not move a price", ["lp", "reason"],
            registry=registry,
        )  # fmt: skip
        self.published = Counter(
            "tradewind_pricing_ticks_published", "Ticks written to Redis", registry=registry
        )
        self.redis_errors = Counter(
            "tradewind_pricing_redis_errors", "Commands Redis refused", registry=registry
        )
        self.latency = Histogram(
            "tradewind_pricing_latency_seconds",
            "From a quote's receipt to its tick's write",
            registry=registry,
            buckets=LATENCY_BUCKETS_S,
        )
        self.waiting = Gauge(
            "tradewind_pricing_waiting", "Messages of LPs not read yet", registry=registry
        )

    def received(self, lp: LpCode, count: int) -> None:
        """Count quotes of one LP."""
        self._received.labels(lp=lp).inc(count)

    def dropped(self, reason: str, count: int) -> None:
        """Count what was not published, by reason."""
        if count:
            self._dropped.labels(reason=reason).inc(count)

    def quarantined(self, lp: LpCode, reason: Quarantine, count: int) -> None:
        """Count what did not pass the filter, by LP and reason."""
        self._quarantined.labels(lp=lp, reason=reason.value).inc(count)
