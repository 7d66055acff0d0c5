"""SIGTERM, which ends a pod: it becomes SystemExit, so that the run's `with` block ends and pushes its end."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Any, List, Optional, Protocol

from .quiet import quietly


class Ending(Protocol):
    """A run, as far as SIGTERM is concerned."""

    terminated: bool
    finishing: bool


# Kubernetes sends this one when a pod is to go.
_SIGNAL = signal.SIGTERM

_watched: List[Ending] = []
_previous: Any = None
_pending = False
_forking = threading.local()


def watch(run: Ending) -> bool:
    """
    Takes care of SIGTERM while the run lasts. Only the main thread may: elsewhere, or where the program ignores
    SIGTERM, it changes nothing and returns False.
    """
    global _previous
    if threading.current_thread() is not threading.main_thread():
        return False
    if not _watched:
        current = signal.getsignal(_SIGNAL)
        if current is signal.SIG_IGN:
            return False
        _previous = current
        signal.signal(_SIGNAL, _on_signal)
    _watched.append(run)
    return True


def unwatch(run: Ending) -> None:
    """Ends `watch`; after the last run the program's own handler is back. Then acts on a SIGTERM that had to wait."""
    global _pending
    if run not in _watched:
        return
    _watched.remove(run)
    if not _watched and threading.current_thread() is threading.main_thread():
        # Somebody who has put a handler on top of this one keeps it.
        if signal.getsignal(_SIGNAL) == _on_signal:
            signal.signal(_SIGNAL, signal.SIG_DFL if _previous is None else _previous)
    if _pending and not any(other.finishing for other in _watched):
        _pending = False
        _deliver(_SIGNAL, None)


def _on_signal(number: int, frame: Optional[FrameType]) -> None:
    global _pending
    again = bool(_watched) and all(run.terminated for run in _watched)
    for run in _watched:
        run.terminated = True
    if any(run.finishing for run in _watched):
        # The last push is under way and bounded: it is not worth interrupting.
        _pending = True
    elif not again or callable(_previous):
        # A second SIGTERM must not interrupt the clean-up that the first one began.
        _deliver(number, frame)


def _deliver(number: int, frame: Optional[FrameType]) -> None:
    if callable(_previous):
        _previous(number, frame)
    else:
        raise SystemExit(128 + number)


def _block() -> None:
    """
    A SIGTERM to a child that still has this module's handler, and no run, would be lost: it waits until the child
    has the handler of before.
    """
    with quietly("prepare a fork"):
        _forking.mask = signal.pthread_sigmask(signal.SIG_BLOCK, [_SIGNAL]) if _watched else None


def _unblock() -> None:
    with quietly("end a fork"):
        mask = getattr(_forking, "mask", None)
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _forget_in_child() -> None:
    """A forked child has no run: SIGTERM ends it as it ended its parent before."""
    global _pending
    _pending = False
    with quietly("prepare a forked child"):
        if _watched and signal.getsignal(_SIGNAL) == _on_signal:
            signal.signal(_SIGNAL, signal.SIG_DFL if _previous is None else _previous)
        _watched.clear()
    _unblock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_block, after_in_parent=_unblock, after_in_child=_forget_in_child)
