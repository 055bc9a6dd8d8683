"""Shows the order service's counters to Prometheus; they are plain numbers in its hot loop."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from tradewind.services.oms.service import Oms


def expose_oms(registry: CollectorRegistry, oms: Oms) -> None:
    """Register the counters of one order service."""
    registry.register(_OmsCollector(oms))


class _OmsCollector(Collector):
    def __init__(self, oms: Oms) -> None:
        self._oms = oms

    def collect(self) -> Iterator[Metric]:
        counters = self._oms.counters
        for name, text, value in (
            ("batches", "Batches run", counters.batches),
            ("commands", "Commands in batches, repeats included", counters.commands),
            ("skipped", "Commands put back because their account was locked", counters.skipped),
            ("shed", "Commands refused because too many waited", counters.shed),
            ("failed", "Commands that raised an unexpected error", counters.failed),
            ("deciding_seconds", "CPU time of deciding", self._oms.deciding_s),
        ):
            yield CounterMetricFamily(f"tradewind_oms_{name}", text, value=value)
