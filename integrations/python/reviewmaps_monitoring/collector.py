"""What a registry calls a collector. To every client it is what has `collect`; only newer ones have a class for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.registry import Collector as Collector
else:
    Collector = object
