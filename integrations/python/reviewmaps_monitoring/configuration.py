"""What a run is told by its arguments and by the environment. What is wrong is logged and never raised."""

from __future__ import annotations

import os
import re
import socket
import uuid
from typing import Dict, Optional

from .gateway import Gateway
from .labels import clean
from .quiet import log


def gateway_of(
    url: Optional[str], username: Optional[str], password: Optional[str], token: Optional[str], ca: Optional[str]
) -> Optional[Gateway]:
    """The gateway that the arguments, or else the environment, name; None, and said why, if that is not possible."""
    address = url or os.environ.get("PUSHGATEWAY_URL", "").strip()
    if not address:
        log.warning("PUSHGATEWAY_URL is not set: the run is not reported")
        return None
    try:
        return Gateway(
            address,
            username=username or os.environ.get("PUSHGATEWAY_USERNAME"),
            password=password or os.environ.get("PUSHGATEWAY_PASSWORD"),
            token=token or os.environ.get("PUSHGATEWAY_TOKEN"),
            ca=ca or os.environ.get("PUSHGATEWAY_CA"),
        )
    except Exception as error:
        log.error("the run is not reported: %s", error)
        return None


def grouping_key(name: str, job: str, run_id: Optional[str], app: Optional[str]) -> Dict[str, str]:
    """The labels that name the run's group. Without `app` the run belongs to the default application."""
    key = {"job": clean(job), "run": clean(run_id) if run_id else _unique_id(), "scraper": clean(name)}
    application = app or os.environ.get("REVIEWMAPS_APP", "").strip()
    if application:
        key["app"] = clean(application)
    return key


def _unique_id() -> str:
    """Says where the run is, and is never used again: a container that restarts in its pod is another process."""
    place = os.environ.get("POD_NAME") or socket.gethostname()
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', place)[:100]}-{uuid.uuid4().hex[:12]}"


def seconds_or(value: float, default: float) -> float:
    """The value if it is a time in seconds that makes sense, otherwise, and said so, the default."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    # `not >` and not `<=`, for NaN.
    if not 0.0 < seconds < 86_400.0:
        log.warning("%r is no time in seconds: %s is used", value, default)
        return default
    return seconds
