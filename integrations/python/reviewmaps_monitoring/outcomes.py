"""How a call ended: the HTTP status that an answer or an exception carries, or why there was none."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Iterator, Optional

TIMEOUT = "timeout"
ERROR = "error"

# asyncio, concurrent.futures and socket have timeouts of their own before Python 3.11.
_TIMEOUTS = (TimeoutError, asyncio.TimeoutError, concurrent.futures.TimeoutError)

_MOST_CAUSES = 5


def status_code(value: object) -> Optional[str]:
    """Three digits from a number, from text or from a response object; None if there is no such thing in it."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, int):
        return str(int(value)) if not isinstance(value, bool) and 100 <= value <= 999 else None
    for attribute in ("status_code", "status", "code"):
        found = _attribute(value, attribute)
        if isinstance(found, int):
            return status_code(found)
    return None


def status_of(error: BaseException) -> Optional[str]:
    """The status of the answer that an exception is about: requests, httpx, aiohttp, urllib and what wraps them."""
    for cause in _causes(error):
        # SystemExit has a `code` too.
        if not isinstance(cause, Exception):
            continue
        response = _attribute(cause, "response")
        found = status_code(response) if response is not None else None
        found = found or status_code(cause)
        if found is not None:
            return found
    return None


def no_answer(error: BaseException) -> str:
    """What stands in for the status when an exception means that nothing was answered."""
    return TIMEOUT if any(_is_timeout(cause) for cause in _causes(error)) else ERROR


def _attribute(value: object, name: str) -> object:
    # Some libraries' properties raise when there was no answer.
    try:
        return getattr(value, name, None)
    except Exception:
        return None


def _is_timeout(error: BaseException) -> bool:
    # The names cover requests, httpx, aiohttp, urllib3 and socket.timeout of Python 3.9 without importing them.
    return isinstance(error, _TIMEOUTS) or any("timeout" in kind.__name__.lower() for kind in type(error).__mro__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and those it was made from: `raise … from`, urllib's and urllib3's `reason`, a wrapped one."""
    current: object = error
    for _ in range(_MOST_CAUSES):
        if not isinstance(current, BaseException):
            return
        yield current
        candidates = (current.__cause__, _attribute(current, "reason"), *current.args[:1])
        current = next((one for one in candidates if isinstance(one, BaseException)), None)
