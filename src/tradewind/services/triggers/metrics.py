"""What the trigger engine counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class TriggerMetrics:
    """Prometheus metrics of all shards of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register everything at zero."""
        self.resting = Gauge(
            "tradewind_trigger_resting_orders",
            "Orders that wait for a price, by shard",
            ["shard"],
            registry=registry,
        )
        self.ticks = Counter(
            "tradewind_trigger_ticks", "Ticks evaluated, the untradable too", registry=registry
        )
        self.outcomes = Counter(
            "tradewind_trigger_outcomes",
            "Answers of the order service, by what was asked and what became of it",
            ["command", "outcome"],
            registry=registry,
        )
        self.lost = Counter(
            "tradewind_trigger_ticks_lost",
            "Ticks missed: had left the ring, or never reached it; at least 1 where unknown",
            ["symbol"],
            registry=registry,
        )
        self.skipped = Counter(
            "tradewind_trigger_ticks_skipped", "Entries passed over", ["reason"], registry=registry
        )
        self.failures = Counter(
            "tradewind_trigger_failures",
            "Rounds that failed and were done again, by what was done",
            ["work"],
            registry=registry,
        )
        self.lag = Gauge(
            "tradewind_trigger_lag_seconds",
            "Age of the last tick when it had been evaluated",
            registry=registry,
        )
