"""Timed calls: one object that is a context manager and a decorator, for ordinary and for async code."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, Generic, List, Optional, Protocol, TypeVar, cast

from .quiet import quietly


class Timed(Protocol):
    """One call that is being timed."""

    def returned(self, value: object) -> None:
        """Told what a decorated function returned."""

    def end(self, error: Optional[BaseException]) -> None:
        """Told once that the call is over, and what it raised."""


T = TypeVar("T", bound=Timed)
F = TypeVar("F", bound=Callable[..., Any])


class Tracker(Generic[T]):
    """
    `with tracker as call:`, `async with tracker as call:` or `@tracker`. Whatever the block or the function raises
    goes on unchanged. Make a new one for each `with`; a decorator makes its own for each call.
    """

    def __init__(self, begin: Callable[[], T]) -> None:
        self._begin = begin
        self._open: List[T] = []

    def __enter__(self) -> T:
        call = self._begin()
        self._open.append(call)
        return call

    def __exit__(self, kind: object, error: Optional[BaseException], traceback: object) -> None:
        with quietly("record a call"):
            # A generator that its reader leaves early has not failed.
            self._open.pop().end(None if isinstance(error, GeneratorExit) else error)

    async def __aenter__(self) -> T:
        return self.__enter__()

    async def __aexit__(self, kind: object, error: Optional[BaseException], traceback: object) -> None:
        self.__exit__(kind, error, traceback)

    def __call__(self, function: F) -> F:
        if inspect.iscoroutinefunction(function):
            return cast(F, self._around_coroutine(function))
        if inspect.isasyncgenfunction(function):
            return cast(F, self._around_async_generator(function))
        if inspect.isgeneratorfunction(function):
            return cast(F, self._around_generator(function))

        @functools.wraps(function)
        def tracked(*args: Any, **kwargs: Any) -> Any:
            with Tracker(self._begin) as call:
                value = function(*args, **kwargs)
                _tell(call, value)
                return value

        return cast(F, tracked)

    def _around_coroutine(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        async def tracked(*args: Any, **kwargs: Any) -> Any:
            with Tracker(self._begin) as call:
                value = await function(*args, **kwargs)
                _tell(call, value)
                return value

        return tracked

    def _around_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def tracked(*args: Any, **kwargs: Any) -> Any:
            with Tracker(self._begin):
                return (yield from function(*args, **kwargs))

        return tracked

    def _around_async_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        async def tracked(*args: Any, **kwargs: Any) -> Any:
            with Tracker(self._begin):
                async for value in function(*args, **kwargs):
                    yield value

        return tracked


def _tell(call: Timed, value: object) -> None:
    with quietly("read what a tracked function returned"):
        call.returned(value)
