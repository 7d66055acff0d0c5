"""The thread that pushes: at once, at intervals, and a last time within a limit."""

from __future__ import annotations

import threading
import time
from typing import Callable

from .gateway import Refused
from .quiet import log

# Waits between the attempts of the last push, in seconds: doubled each time.
_FIRST_WAIT = 0.25
_LONGEST_WAIT = 4.0


class Reporter:
    """
    Calls `push(timeout)` from a daemon thread of its own, so that no gateway, name server or proxy can hold up the
    program: it waits only in `wait`, and there no longer than `final_timeout` seconds.
    """

    def __init__(
        self, push: Callable[[float], None], *, subject: str, interval: float, timeout: float, final_timeout: float
    ) -> None:
        self._push = push
        self._subject = subject
        self._interval = interval
        self._timeout = timeout
        self._final_timeout = final_timeout
        self._ending = threading.Event()
        self._done = threading.Event()
        self._deadline = 0.0
        self._failing = False
        self._given_up = False
        self._thread = threading.Thread(target=self._run, name="reviewmaps-monitoring-push", daemon=True)

    def start(self) -> None:
        """Pushes now and from now on. :raises RuntimeError: the system gives no thread."""
        self._thread.start()

    def finish(self) -> None:
        """Asks for the last push; from here its time runs."""
        self._deadline = time.monotonic() + self._final_timeout
        self._ending.set()

    def is_over(self) -> bool:
        """Whether `wait` would return at once."""
        return self._done.is_set() or time.monotonic() >= self._deadline

    def wait(self) -> bool:
        """Waits until the last push is through or its time is over; says whether it is through."""
        self._done.wait(max(self._deadline - time.monotonic(), 0.0))
        if self._done.is_set() and not self._failing:
            return True
        self._given_up = True
        log.warning("the last values of %s did not reach the gateway and are lost", self._subject)
        return False

    def _run(self) -> None:
        self._attempt(self._timeout)
        while not self._ending.wait(self._interval):
            self._attempt(self._timeout)
        wait = _FIRST_WAIT
        while not self._attempt(min(self._timeout, max(self._deadline - time.monotonic(), 0.1))):
            if self._given_up or time.monotonic() + wait >= self._deadline:
                break
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
        self._done.set()

    def _attempt(self, timeout: float) -> bool:
        """One push; True if it is not worth another. An outage is logged when it begins and when it ends."""
        try:
            self._push(timeout)
        except Exception as error:
            if not self._failing and not self._given_up:
                log.warning("could not push %s: %s; the run goes on", self._subject, _reason(error))
            self._failing = True
            return isinstance(error, Refused) and error.for_good
        if self._failing and not self._given_up:
            log.warning("pushes of %s work again", self._subject)
        self._failing = False
        return True


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
