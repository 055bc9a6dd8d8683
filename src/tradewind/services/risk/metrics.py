"""What the margin watcher counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class RiskMetrics:
    """Prometheus metrics of all shards of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register everything at zero."""

        def gauge(name: str, says: str, *labels: str) -> Gauge:
            return Gauge(f"tradewind_risk_{name}", says, labels, registry=registry)

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"tradewind_risk_{name}", says, labels, registry=registry)

        self.accounts = gauge("accounts", "Accounts watched, by shard", "shard")
        self.positions = gauge("positions", "Open positions watched, by shard", "shard")
        self.revaluation = Histogram(
            "tradewind_risk_revaluation_seconds",
            "How long a revaluation took, of all accounts or of those whose prices moved",
            ["scope"],
            registry=registry,
        )
        self.unpriced = gauge("unpriced_legs", "Legs without a price, by shard", "shard")
        self.candidates = gauge("candidates", "Accounts near a bound, by shard", "shard")
        self.checks = counter("checks", "Margin checks, by what came of them", "outcome")
        self.stop_outs = counter("stop_outs", "Checks that closed something")
        self.lag = gauge("log_lag_seconds", "Age of the log's last event when it was applied")
        self.verified = counter("accounts_verified", "Accounts compared with the database")
        self.differences = counter("differences", "Accounts that differed from the database")
        self.failures = counter("failures", "Rounds that were done again, by what failed", "work")
