"""What the tick writer counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class WriterMetrics:
    """Prometheus metrics of all tick writers of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register everything at zero."""
        self.rows = Counter(
            "tradewind_tick_rows_written", "Rows committed", ["table"], registry=registry
        )
        self.batches = Counter(
            "tradewind_tick_batches", "Transactions committed", registry=registry
        )
        self.lost = Counter(
            "tradewind_ticks_lost",
            "Ticks that had left the ring, or never reached it, before they were read",
            ["symbol"],
            registry=registry,
        )
        self.skipped = Counter(
            "tradewind_ticks_skipped", "Ring entries not written", ["reason"], registry=registry
        )
        self.failures = Counter(
            "tradewind_tick_writer_failures",
            "Rounds that failed and were done again",
            registry=registry,
        )
        self.lag = Gauge(
            "tradewind_tick_writer_lag_seconds",
            "Age of the oldest tick of the last batch when it was committed",
            registry=registry,
        )
