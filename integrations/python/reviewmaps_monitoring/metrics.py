"""The contract's metrics, as the program that is monitored uses them. Nothing here ever raises to its caller."""

from __future__ import annotations

import logging
import math
import time
from contextvars import ContextVar
from typing import Callable, List, Optional

from prometheus_client import REGISTRY, CollectorRegistry

from .definitions import (
    DELETED_ROWS,
    ENRICHMENT_SECONDS,
    ENRICHMENTS,
    EXCEPTIONS,
    NAVER_CALLS,
    NAVER_SECONDS,
    RATE_LIMIT_HITS,
)
from .labels import Bounded, clean
from .outcomes import ERROR, TIMEOUT, no_answer, status_code, status_of
from .quiet import quietly, say_once
from .stores import Store, store_on
from .tracking import Tracker

# What fold and collect allow by default for regions, the widest label of the contract.
MAX_VALUES = 1_000


class NaverCall:
    """One call to the Naver API."""

    def __init__(self, metrics: Callable[[], Metrics], endpoint: object) -> None:
        self._metrics = metrics
        self._endpoint = endpoint
        self._status: Optional[str] = None
        self._began = time.perf_counter()

    def status(self, answer: object) -> None:
        """Notes the HTTP status: a number, or a response object with `status_code` or `status`."""
        with quietly("read the status of an answer"):
            self._status = status_code(answer) or self._status

    returned = status

    def end(self, error: Optional[BaseException]) -> None:
        """Counts the call; called when the block ends. Without a status and without an exception it was a 200."""
        seconds = time.perf_counter() - self._began
        status = self._status or ("200" if error is None else ERROR)
        if error is not None:
            with quietly("read the status of an exception"):
                status = status_of(error) or self._status or no_answer(error)
        self._metrics().record_naver_call(self._endpoint, status, seconds)


class Enrichment:
    """One enrichment of a region, or of everything."""

    def __init__(self, metrics: Callable[[], Metrics], scope: object) -> None:
        self._metrics = metrics
        self._scope = scope
        self._failed = False
        self._began = time.perf_counter()

    def fail(self) -> None:
        """Marks it as failed although nothing is raised."""
        self._failed = True

    def returned(self, value: object) -> None:
        """What a decorated function returns says nothing about success."""

    def end(self, error: Optional[BaseException]) -> None:
        """Counts the enrichment; called when the block ends."""
        seconds = time.perf_counter() - self._began
        self._metrics().record_enrichment(self._scope, error is None and not self._failed, seconds)


class Metrics:
    """
    The contract's metrics on a registry. Two on the same registry share their values.

    :param max_values: how many different values each label may have; further ones become "other".
    """

    def __init__(
        self,
        registry: Optional[CollectorRegistry] = None,
        *,
        store: Optional[Store] = None,
        max_values: int = MAX_VALUES,
    ) -> None:
        self._store = store if store is not None else store_on(REGISTRY if registry is None else registry)
        self._scope = Bounded(max_values)
        self._endpoint = Bounded(max_values)
        self._table = Bounded(max_values)
        self._exception = Bounded(max_values)
        self._view = Bounded(max_values)

    def track_naver_call(self, endpoint: str) -> Tracker[NaverCall]:
        """Times and counts a call to the Naver API; see the module's function of that name."""
        return Tracker(lambda: NaverCall(lambda: self, endpoint))

    def track_enrichment(self, scope: str) -> Tracker[Enrichment]:
        """Times and counts an enrichment; see the module's function of that name."""
        return Tracker(lambda: Enrichment(lambda: self, scope))

    def record_naver_call(self, endpoint: object, status: object, seconds: float) -> None:
        """Counts a call that was timed elsewhere. Status: three digits, "timeout" or "error"; else it is "error"."""
        with quietly("record a Naver call"):
            known = status if status in (TIMEOUT, ERROR) else status_code(status)
            name = self._endpoint(endpoint)
            self._store.add(NAVER_CALLS, (name, clean(known or ERROR)), 1)
            if known == "429":
                self._store.add(RATE_LIMIT_HITS, (), 1)
            self._store.observe(NAVER_SECONDS, (name,), _seconds(seconds))

    def record_enrichment(self, scope: object, succeeded: bool, seconds: float) -> None:
        """Counts an enrichment that was timed elsewhere."""
        with quietly("record an enrichment"):
            name = self._scope(scope)
            self._store.add(ENRICHMENTS, (name, "success" if succeeded else "failed"), 1)
            self._store.observe(ENRICHMENT_SECONDS, (name,), _seconds(seconds))

    def record_cleanup(self, table: object, rows: float) -> None:
        """Counts rows that were deleted from a table. A number below zero (an unknown rowcount) is logged, not counted."""
        with quietly("record a cleanup"):
            count = float(rows)
            if not (math.isfinite(count) and count >= 0):
                say_once("rows", logging.WARNING, "%r deleted rows of %r are not counted: not a number of rows", rows, table)
                return
            self._store.add(DELETED_ROWS, (self._table(table),), count)

    def record_exception(self, error: BaseException, view_name: object) -> None:
        """Counts an exception by its class's name, without the module, as django-prometheus does."""
        with quietly("record an exception"):
            name = self._exception(type(error).__name__)
            self._store.add(EXCEPTIONS, (name, self._view(view_name)), 1)


def _seconds(value: float) -> float:
    seconds = float(value)
    if not math.isfinite(seconds):
        raise ValueError(f"{value!r} is not a duration")
    return max(seconds, 0.0)


_default: Optional[Metrics] = None

# Runs that are open in this process, the latest last; the context's own run comes first.
_open: List[Metrics] = []
_of_context: ContextVar[Optional[Metrics]] = ContextVar("reviewmaps_monitoring_metrics", default=None)


def default_metrics() -> Metrics:
    """The metrics on prometheus_client.REGISTRY, which Django's /metrics shows; made when first asked for."""
    global _default
    if _default is None:
        _default = Metrics(REGISTRY)
    return _default


def current_metrics() -> Metrics:
    """The metrics of the scraper run that this code is part of, or the default ones outside a run."""
    inherited = _of_context.get()
    if inherited is not None and inherited in _open:
        return inherited
    return _open[-1] if _open else default_metrics()


def enter(metrics: Metrics) -> None:
    """Makes these the current metrics; a run calls it when it begins."""
    _open.append(metrics)
    _of_context.set(metrics)


def leave(metrics: Metrics, before: Optional[Metrics]) -> None:
    """Ends `enter`; a run calls it when it is over, with what was current before."""
    if metrics in _open:
        _open.remove(metrics)
    _of_context.set(before)


def entered() -> Optional[Metrics]:
    """What the context has as its current metrics, for `leave`."""
    return _of_context.get()


def track_naver_call(endpoint: str) -> Tracker[NaverCall]:
    """
    Times and counts a call to the Naver API, for the current run or else for this process.

    As a decorator it reads the status from what the function returns if that is a response. In a `with` block say
    it: `with track_naver_call("local-search") as call: call.status(session.get(url))`. Exceptions are looked
    through for a status and otherwise count as "timeout" or "error"; they go on unchanged. 429 is a rate-limit hit.

    :param endpoint: a name such as "local-search", not a URL with parameters.
    """
    return Tracker(lambda: NaverCall(current_metrics, endpoint))


def track_enrichment(scope: str) -> Tracker[Enrichment]:
    """
    Times and counts an enrichment, for the current run or else for this process: failed if the block or function
    raises or `fail()` was called, otherwise success.

    :param scope: the region's name, or "all" for a run over everything.
    """
    return Tracker(lambda: Enrichment(current_metrics, scope))


def record_cleanup(table: str, rows: float) -> None:
    """Counts rows that were deleted from a table, for the current run or else for this process."""
    with quietly("record a cleanup"):
        current_metrics().record_cleanup(table, rows)


def record_exception(error: BaseException, view_name: str) -> None:
    """Counts an exception, for the current run or else for this process."""
    with quietly("record an exception"):
        current_metrics().record_exception(error, view_name)
