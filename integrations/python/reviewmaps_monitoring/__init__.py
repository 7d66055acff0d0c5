"""ReviewMaps' metrics for Django and for scrapers. `middleware` is imported by Django alone, from its settings."""

from .metrics import (
    Metrics,
    current_metrics,
    default_metrics,
    record_cleanup,
    record_exception,
    track_enrichment,
    track_naver_call,
)
from .run import ScraperRun, scraper_run

__version__ = "1.0.0"

__all__ = [
    "Metrics",
    "ScraperRun",
    "current_metrics",
    "default_metrics",
    "record_cleanup",
    "record_exception",
    "scraper_run",
    "track_enrichment",
    "track_naver_call",
]
