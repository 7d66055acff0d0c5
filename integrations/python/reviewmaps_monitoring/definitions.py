"""The metrics of the contract as data, read once from definitions.json beside this file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Dict, Tuple

ENRICHMENTS = "reviewmaps_enrichment_total"
ENRICHMENT_SECONDS = "reviewmaps_enrichment_duration_seconds"
NAVER_CALLS = "reviewmaps_naver_api_calls_total"
NAVER_SECONDS = "reviewmaps_naver_api_duration_seconds"
RATE_LIMIT_HITS = "reviewmaps_naver_api_rate_limit_hits"
EXCEPTIONS = "reviewmaps_exceptions_total"
DELETED_ROWS = "reviewmaps_cleanup_deleted_rows"
RUN_STARTED = "reviewmaps_scraper_run_started_timestamp_seconds"
RUN_COMPLETED = "reviewmaps_scraper_run_completed"


@dataclass(frozen=True)
class Definition:
    """One metric: its name on the wire of the contract, without what a client library appends."""

    name: str
    type: str
    labels: Tuple[str, ...]
    help: str
    buckets: Tuple[float, ...] = ()


def _read() -> Dict[str, Definition]:
    # The package may be vendored under another name, so it asks for its own.
    package = __name__.rpartition(".")[0]
    text = resources.files(package).joinpath("definitions.json").read_text(encoding="utf-8")
    return {
        entry["name"]: Definition(
            name=entry["name"],
            type=entry["type"],
            labels=tuple(entry["labels"]),
            help=entry["help"],
            buckets=tuple(float(bound) for bound in entry.get("buckets", ())),
        )
        for entry in json.loads(text)
    }


DEFINITIONS: Dict[str, Definition] = _read()

# A run's own two gauges mean nothing in a process that is scraped.
IN_PROCESS: Tuple[Definition, ...] = tuple(
    definition for definition in DEFINITIONS.values() if definition.type != "gauge"
)
