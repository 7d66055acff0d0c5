"""What keeps a failure of the monitoring away from the program that is monitored."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import Iterator, Set

log = logging.getLogger("reviewmaps_monitoring")

# Enough for every distinct failure this package can name, and a bound if that is ever wrong.
_MOST_REMEMBERED = 1_000
_said: Set[str] = set()


def say_once(key: str, level: int, message: str, *args: object, exc_info: bool = False) -> None:
    """Logs the message unless one with the same key was logged before in this process."""
    if key in _said or len(_said) >= _MOST_REMEMBERED:
        return
    _said.add(key)
    log.log(level, message, *args, exc_info=exc_info)


@contextmanager
def quietly(task: str) -> Iterator[None]:
    """Swallows what the block raises and logs the first failure of each task, with its traceback."""
    try:
        yield
    except Exception as error:
        say_once(
            f"{task}: {type(error).__name__}",
            logging.WARNING,
            "could not %s; the program goes on, further failures of this kind are not logged",
            task,
            exc_info=True,
        )
