"""One run of a scraper, reported to a Pushgateway as a group of its own."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import time
from typing import List, Mapping, Optional

from prometheus_client import CollectorRegistry

from . import termination
from .configuration import gateway_of, grouping_key, seconds_or
from .definitions import RUN_COMPLETED, RUN_STARTED
from .exposition import bodies
from .gateway import Gateway, Refused
from .labels import clean
from .metrics import Metrics, enter, entered, leave
from .quiet import quietly, say_once
from .reporter import Reporter
from .steps import Step
from .stores import MemoryStore

INTERVAL = 15.0
PUSH_TIMEOUT = 5.0
# Half of the 30 seconds that Kubernetes gives a pod between SIGTERM and SIGKILL.
FINAL_TIMEOUT = 15.0
_LOOK_EVERY = 0.02
_WAKE_EVERY = 1.0

_open_runs: List["ScraperRun"] = []


class ScraperRun:
    """
    A run while it lasts; `scraper_run` makes it. Use it with `with` or `async with`.

    `id` is the grouping label `run`, `metrics` has the contract's metrics of this run, and `registry` is theirs:
    what a program registers there of its own is pushed along.
    """

    def __init__(
        self,
        name: str,
        *,
        gateway: Optional[Gateway],
        key: Mapping[str, str],
        interval: float,
        push_timeout: float,
        final_timeout: float,
        handle_sigterm: bool,
    ) -> None:
        self.name = name
        self.id = key["run"]
        self.terminated = False
        self.finishing = False
        self._key = key
        self._gateway = gateway
        self._handle_sigterm = handle_sigterm
        self._store = MemoryStore()
        self.registry = _registry_of(self._store)
        self._own = _registry_of(self._store)
        self.metrics = Metrics(store=self._store)
        self._failed = False
        self._ended = False
        self._process = os.getpid()
        self._before: Optional[Metrics] = None
        self._reporter = Reporter(
            self._push,
            subject=f"run {self.id} of scraper {name}",
            interval=interval,
            timeout=push_timeout,
            final_timeout=final_timeout,
        )
        self._reporting = False
        self._waking: Optional[asyncio.TimerHandle] = None

    def step(self, name: str) -> Step:
        """Counts the exception that the block raises, with the step's name as its view_name. It goes on unchanged."""
        return Step(self.metrics, name)

    def fail(self) -> None:
        """Lets the run end as failed although nothing is raised."""
        self._failed = True

    def __enter__(self) -> ScraperRun:
        with quietly("begin a run"):
            self._store.set(RUN_STARTED, time.time())
            self._before = entered()
            enter(self.metrics)
            _open_runs.append(self)
            if self._handle_sigterm:
                termination.watch(self)
            if self._gateway is not None:
                self._reporter.start()
                self._reporting = True
        return self

    def __exit__(self, kind: object, error: Optional[BaseException], traceback: object) -> None:
        try:
            if self._end(error):
                self._reporter.wait()
        finally:
            self._close()

    async def __aenter__(self) -> ScraperRun:
        self.__enter__()
        with quietly("watch for SIGTERM in an event loop"):
            self._keep_awake(asyncio.get_running_loop())
        return self

    def _keep_awake(self, loop: asyncio.AbstractEventLoop) -> None:
        """
        A signal that comes in the moment before the loop goes to sleep does not wake it, and its handler runs only
        when something else does. So something does every second.
        """
        self._waking = loop.call_later(_WAKE_EVERY, self._keep_awake, loop)

    async def __aexit__(self, kind: object, error: Optional[BaseException], traceback: object) -> None:
        try:
            if self._end(error):
                await self._wait_beside_the_loop()
        finally:
            if self._waking is not None:
                self._waking.cancel()
            self._close()

    async def _wait_beside_the_loop(self) -> None:
        """
        The event loop goes on while the last push is under way; a task that is cancelled meanwhile waits all the
        same. Looking now and then needs no thread of the loop's executor, which the program may keep busy.
        """
        try:
            while not self._reporter.is_over():
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            self._reporter.wait()

    def end_with_process(self) -> None:
        """The program ends and nobody left the `with` block: a thread's run, for instance. That is a failure."""
        if self._end(RuntimeError("the program ended before the run")):
            self._reporter.wait()

    def _end(self, error: Optional[BaseException]) -> bool:
        """Marks the run as completed and asks for the last push; True if that is to be waited for."""
        # A forked child leaves the block too, but the run is its parent's.
        if self._ended or os.getpid() != self._process:
            return False
        self.finishing = True
        self._ended = True
        with quietly("end a run"):
            self._store.set(RUN_COMPLETED, 0 if self._failed or self.terminated or _is_failure(error) else 1)
            if self._reporting:
                self._reporter.finish()
                return True
        return False

    def _close(self) -> None:
        self.finishing = False
        with quietly("close a run"):
            leave(self.metrics, self._before)
            if self in _open_runs:
                _open_runs.remove(self)
        # This one may raise: SystemExit for a SIGTERM that came during the last push.
        termination.unwatch(self)

    def _push(self, timeout: float) -> None:
        if self._gateway is None:
            return
        refusal: Optional[Refused] = None
        for body in bodies(self.registry, self._own):
            try:
                self._gateway.put(self._key, body, timeout)
            except Refused as error:
                if error.status != 400:
                    raise
                refusal = refusal or error
                continue
            if refusal is not None:
                say_once(f"left out {self.id}", logging.WARNING, "run %s pushes only its own metrics: %s", self.id, refusal)
            return
        if refusal is not None:
            raise refusal


def _registry_of(store: MemoryStore) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(store)
    return registry


def _is_failure(error: Optional[BaseException]) -> bool:
    """sys.exit(0) and sys.exit() are how a program ends well; every other exception is a failure."""
    if isinstance(error, SystemExit):
        return error.code not in (None, 0)
    return error is not None


def _end_open_runs() -> None:
    for run in list(_open_runs):
        with quietly("end a run with the program"):
            run.end_with_process()


atexit.register(_end_open_runs)


def scraper_run(
    name: str,
    *,
    gateway: Optional[str] = None,
    run_id: Optional[str] = None,
    app: Optional[str] = None,
    job: str = "scraper",
    interval: float = INTERVAL,
    push_timeout: float = PUSH_TIMEOUT,
    final_timeout: float = FINAL_TIMEOUT,
    handle_sigterm: bool = True,
    username: Optional[str] = None,
    password: Optional[str] = None,
    token: Optional[str] = None,
    ca: Optional[str] = None,
) -> ScraperRun:
    """
    `with scraper_run("inflexer") as run:` reports this run to the Pushgateway, at once, every `interval` seconds
    and at the end: as success when the block ends or with `sys.exit(0)`, as failure with any other exception.

    Nothing that goes wrong with the reporting reaches the program, and nothing waits for it but the end of the
    block: at most `final_timeout` seconds, while the gateway does not answer.

    :param name: the grouping label `scraper`.
    :param gateway: address; default PUSHGATEWAY_URL. Without one nothing is pushed.
    :param run_id: the grouping label `run`; must differ for every process. Default: the pod's name, or the host's,
        and a random part.
    :param app: the grouping label `app`; default REVIEWMAPS_APP, or none, which is the default application.
    :param job: must be what fold reads.
    :param push_timeout: seconds for one push.
    :param handle_sigterm: turn SIGTERM into SystemExit(143), or call the handler that the program has, while the
        block lasts. Only in the main thread.
    :param username: for basic authentication, with `password`; default PUSHGATEWAY_USERNAME, PUSHGATEWAY_PASSWORD.
    :param token: for bearer authentication; default PUSHGATEWAY_TOKEN.
    :param ca: PEM file, or text, of the gateway's authority; default PUSHGATEWAY_CA.
    """
    return ScraperRun(
        clean(name),
        gateway=gateway_of(gateway, username, password, token, ca),
        key=grouping_key(name, job, run_id, app),
        interval=seconds_or(interval, INTERVAL),
        push_timeout=seconds_or(push_timeout, PUSH_TIMEOUT),
        final_timeout=seconds_or(final_timeout, FINAL_TIMEOUT),
        handle_sigterm=handle_sigterm,
    )
