"""What the API process counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class GatewayMetrics:
    """Requests by route, method and status, and how long they took."""

    def __init__(self) -> None:
        """Make a registry of our own: nothing is global."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "tradewind_http_requests",
            "Requests answered",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "tradewind_http_request_seconds",
            "From the request's head to the end of its answer",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.ready = Gauge(
            "tradewind_dependency_ready",
            "Whether a dependency answers",
            ("dependency",),
            registry=self.registry,
        )
        # Finding a child by its labels costs more than counting on it.
        self._children: dict[tuple[str, str, int], Counter] = {}
        self._timers: dict[str, Histogram] = {}

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request. Routes are templates, so their number is bounded."""
        counter = self._children.get((route, method, status))
        if counter is None:
            method = method if method in _METHODS else "other"
            counter = self._requests.labels(route, method, status)
            if method != "other":
                self._children[route, method, status] = counter
        counter.inc()
        timer = self._timers.get(route)
        if timer is None:
            timer = self._timers[route] = self._seconds.labels(route)
        timer.observe(seconds)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
