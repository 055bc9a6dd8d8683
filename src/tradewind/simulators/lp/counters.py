"""What a simulated LP counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class LpCounters:
    """Prometheus counters of one simulator, readable for the closing log line."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register everything with the process's registry."""
        self.ticks = Counter(
            "tradewind_lp_ticks_sent", "Price updates written to sessions", registry=registry
        )
        self.rows = Counter(
            "tradewind_lp_rows_replayed", "Rows of the recording played", registry=registry
        )
        self.orders = Counter("tradewind_lp_orders", "NewOrderSingle received", registry=registry)
        self.fills = Counter("tradewind_lp_fills", "Executions reported", registry=registry)
        self.rejects = Counter(
            "tradewind_lp_rejects", "Requests and orders refused", registry=registry
        )
        self.sessions = Gauge("tradewind_lp_sessions", "Sessions logged on now", registry=registry)

    def totals(self) -> dict[str, int]:
        """Return every counter's value by short name."""
        return {
            name: int(next(iter(metric.collect())).samples[0].value)
            for name, metric in (
                ("ticks", self.ticks),
                ("rows", self.rows),
                ("orders", self.orders),
                ("fills", self.fills),
                ("rejects", self.rejects),
            )
        }
