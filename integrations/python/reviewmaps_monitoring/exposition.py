"""What a run pushes, as text."""

from __future__ import annotations

from typing import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric

from .collector import Collector
from .quiet import quietly


class _WithoutCreated(Collector):
    """A registry's families without `_created`: to the gateway those are families of their own that nobody reads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for family in self._registry.collect():
            created = f"{family.name}_created"
            kept = Metric(family.name, family.documentation, family.type)
            kept.samples = [sample for sample in family.samples if sample.name != created]
            yield kept


def expose(registry: CollectorRegistry) -> bytes:
    """The registry in the Prometheus text format 0.0.4, which is the only one that a Pushgateway takes rightly."""
    pushed = CollectorRegistry(auto_describe=False)
    pushed.register(_WithoutCreated(registry))
    return generate_latest(pushed)


def bodies(whole: CollectorRegistry, own: CollectorRegistry) -> Iterator[bytes]:
    """
    What to push, in the order to try: everything, then only what this package counts. A collector that a program
    added and that raises, or that the gateway refuses, must not cost the run its own numbers.
    """
    first = None
    with quietly("collect what the program added to the run's registry"):
        first = expose(whole)
    if first is not None:
        yield first
    second = expose(own)
    if second != first:
        yield second
