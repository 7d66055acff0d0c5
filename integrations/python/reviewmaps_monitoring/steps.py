"""Steps of a run: their names are the view names of the exceptions that they raise."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Optional

from .metrics import Metrics
from .quiet import quietly

_current: ContextVar[Optional[Step]] = ContextVar("reviewmaps_monitoring_step", default=None)


class Step:
    """
    Counts what its block raises, once, in the innermost step, and lets it go on. SystemExit, KeyboardInterrupt and
    a cancelled task are no exceptions in that sense.
    """

    def __init__(self, metrics: Metrics, name: str) -> None:
        self._metrics = metrics
        self._name = name
        self._outer: Optional[Step] = None
        self._counted: Optional[BaseException] = None

    def __enter__(self) -> Step:
        self._outer = _current.get()
        _current.set(self)
        return self

    def __exit__(self, kind: object, error: Optional[BaseException], traceback: object) -> None:
        with quietly("record an exception of a step"):
            _current.set(self._outer)
            if isinstance(error, Exception):
                if error is not self._counted:
                    self._metrics.record_exception(error, self._name)
                if self._outer is not None:
                    self._outer._counted = error
            # An exception held here would keep its frames, and with them this step, alive.
            self._counted = None
            self._outer = None

    async def __aenter__(self) -> Step:
        return self.__enter__()

    async def __aexit__(self, kind: object, error: Optional[BaseException], traceback: object) -> None:
        self.__exit__(kind, error, traceback)
