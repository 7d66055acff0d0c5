"""Label values: always text that every client and server accepts, and never too many different ones."""

from __future__ import annotations

from typing import Set

MAX_LENGTH = 200
UNKNOWN = "unknown"
OTHER = "other"


def clean(value: object) -> str:
    """
    The value as a label value: at most 200 characters, valid UTF-8, never empty (an empty label is an absent one
    to Prometheus). Never raises.
    """
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception:
        return UNKNOWN
    # A lone surrogate cannot be encoded: one such value would make the whole exposition fail.
    text = text[:MAX_LENGTH].encode("utf-8", "replace").decode("utf-8")
    return text if text and value is not None else UNKNOWN


class Bounded:
    """Lets the first `limit` different values through and turns every other one into "other"."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: Set[str] = set()

    def __call__(self, value: object) -> str:
        text = clean(value)
        if text in self._seen:
            return text
        if len(self._seen) >= self._limit:
            return OTHER
        self._seen.add(text)
        return text
