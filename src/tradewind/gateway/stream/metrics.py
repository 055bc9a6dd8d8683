"""What an operator sees of a stream process."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class StreamMetrics:
    """Counters of one process, in a registry of its own."""

    def __init__(self) -> None:
        """Register everything at zero."""
        self.registry = CollectorRegistry()
        #: Counted in the hottest loop as plain numbers and handed over by `flush`.
        self.frames_written = 0
        self.windows_skipped = 0
        self.connections = Gauge(
            "tradewind_stream_connections", "Open connections", registry=self.registry
        )
        self.ticks = Counter("tradewind_stream_ticks", "Ticks taken", registry=self.registry)
        self.bad_ticks = Counter(
            "tradewind_stream_bad_ticks", "Ticks that could not be read", registry=self.registry
        )
        self.frames = Counter(
            "tradewind_stream_price_frames", "Frames of prices written", registry=self.registry
        )
        self.skipped = Counter(
            "tradewind_stream_price_frames_skipped",
            "Windows in which a paused client was passed over",
            registry=self.registry,
        )
        self.events = Counter(
            "tradewind_stream_events", "Events read from the log", registry=self.registry
        )
        self.judged = Counter(
            "tradewind_stream_prices_judged",
            "Prices withdrawn for age or silence of pricing, or restored",
            registry=self.registry,
        )
        self.closed = Counter(
            "tradewind_stream_closed", "Connections we closed", ["code"], registry=self.registry
        )
        self.refused = Counter(
            "tradewind_stream_refused", "Handshakes refused", ["reason"], registry=self.registry
        )

    def flush(self) -> None:
        """Hand over what was counted as plain numbers."""
        self.frames.inc(self.frames_written)
        self.skipped.inc(self.windows_skipped)
        self.frames_written = self.windows_skipped = 0
