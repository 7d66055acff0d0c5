"""Where the values are kept: in a registry that is scraped, or in the memory of one scraper run."""

from __future__ import annotations

import logging
import os
from bisect import bisect_left
from threading import RLock
from typing import Dict, Iterable, Iterator, List, Protocol, Sequence, Tuple, Union, cast

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from .collector import Collector
from .definitions import DEFINITIONS, IN_PROCESS, Definition
from .quiet import say_once

LabelValues = Sequence[str]

# One lock for everything here, since a forked child has to replace it: the thread that held it does not exist there.
# Reentrant, because a signal handler may count something while the code that it interrupted does.
_lock = RLock()


def _replace_lock() -> None:
    global _lock
    _lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_replace_lock)


class Store(Protocol):
    """Takes changes of the contract's metrics; label values in the definition's order."""

    def add(self, name: str, labels: LabelValues, amount: float) -> None: ...

    def observe(self, name: str, labels: LabelValues, value: float) -> None: ...


class RegistryStore:
    """
    The ordinary client's counters and histograms on a registry, so that PROMETHEUS_MULTIPROC_DIR works. A family
    that the registry already has from somewhere else is left alone and said once: the others still work.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._families: Dict[str, Union[Counter, Histogram]] = {}
        for definition in IN_PROCESS:
            try:
                self._families[definition.name] = _client_family(definition, registry)
            except Exception as error:
                say_once(
                    f"register {definition.name}",
                    logging.WARNING,
                    "%s is not counted by reviewmaps_monitoring: %s (if your code defines it, remove that definition)",
                    definition.name,
                    error,
                )

    def add(self, name: str, labels: LabelValues, amount: float) -> None:
        family = self._families.get(name)
        if isinstance(family, Counter):
            (family.labels(*labels) if labels else family).inc(amount)

    def observe(self, name: str, labels: LabelValues, value: float) -> None:
        family = self._families.get(name)
        if isinstance(family, Histogram):
            (family.labels(*labels) if labels else family).observe(value)


def _client_family(definition: Definition, registry: CollectorRegistry) -> Union[Counter, Histogram]:
    if definition.type == "histogram":
        return Histogram(
            definition.name,
            definition.help,
            labelnames=definition.labels,
            buckets=definition.buckets,
            registry=registry,
        )
    return Counter(definition.name, definition.help, labelnames=definition.labels, registry=registry)


_ON_REGISTRY = "_reviewmaps_monitoring_store"


def store_on(registry: CollectorRegistry) -> Store:
    """
    The one store of a registry. It hangs on the registry itself: a reloaded or doubly vendored copy of this package
    would register every family a second time, which the registry refuses.
    """
    with _lock:
        store = getattr(registry, _ON_REGISTRY, None)
        if store is None:
            store = RegistryStore(registry)
            setattr(registry, _ON_REGISTRY, store)
    return cast(Store, store)


class MemoryStore(Collector):
    """
    Values of one scraper run, kept in this process whatever PROMETHEUS_MULTIPROC_DIR says: files there would mix
    the run with the web server's values and with those of an earlier process of the same id. No `_created` series.
    """

    def __init__(self) -> None:
        self._values: Dict[str, Dict[Tuple[str, ...], float]] = {}
        self._histograms: Dict[str, Dict[Tuple[str, ...], List[float]]] = {}
        for definition in DEFINITIONS.values():
            if definition.type == "counter" and not definition.labels:
                self._values[definition.name] = {(): 0.0}

    def add(self, name: str, labels: LabelValues, amount: float) -> None:
        with _lock:
            series = self._values.setdefault(name, {})
            series[tuple(labels)] = series.get(tuple(labels), 0.0) + amount

    def set(self, name: str, value: float) -> None:
        """Sets a gauge without labels; before that it has no series."""
        with _lock:
            self._values[name] = {(): value}

    def observe(self, name: str, labels: LabelValues, value: float) -> None:
        bounds = DEFINITIONS[name].buckets
        with _lock:
            series = self._histograms.setdefault(name, {})
            # A count for each bound, the count beyond the last one, the sum.
            counts = series.setdefault(tuple(labels), [0.0] * (len(bounds) + 2))
            counts[bisect_left(bounds, value)] += 1
            counts[-1] += value

    def collect(self) -> Iterable[Metric]:
        with _lock:
            values = {name: dict(series) for name, series in self._values.items()}
            histograms = {
                name: {labels: list(counts) for labels, counts in series.items()}
                for name, series in self._histograms.items()
            }
        for definition in DEFINITIONS.values():
            if definition.type == "histogram":
                yield from _histogram(definition, histograms.get(definition.name, {}))
            else:
                yield from _numbers(definition, values.get(definition.name, {}))


def _numbers(definition: Definition, series: Dict[Tuple[str, ...], float]) -> Iterator[Metric]:
    if not series:
        return
    kind = GaugeMetricFamily if definition.type == "gauge" else CounterMetricFamily
    family = kind(definition.name, definition.help, labels=definition.labels)
    for labels, value in series.items():
        family.add_metric(labels, value)
    yield family


def _histogram(definition: Definition, series: Dict[Tuple[str, ...], List[float]]) -> Iterator[Metric]:
    if not series:
        return
    family = HistogramMetricFamily(definition.name, definition.help, labels=definition.labels)
    bounds = [*(str(bound) for bound in definition.buckets), "+Inf"]
    for labels, (*counts, total) in series.items():
        buckets: List[Tuple[str, float]] = []
        so_far = 0.0
        for bound, count in zip(bounds, counts):
            so_far += count
            buckets.append((bound, so_far))
        family.add_metric(labels, buckets, total)
    yield family
