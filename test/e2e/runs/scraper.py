"""
One scraper run that does what it is told line by line: `work <actions>`, `crash`, or the end of the input.

It counts for itself, with nothing of the package, what it does, and keeps that in a file. Its durations are made up,
so that both know them exactly.

    scraper.py <file> <seed> <seconds between pushes>
"""

import json
import os
import random
import sys
import time

from reviewmaps_monitoring import record_cleanup, scraper_run, track_enrichment, track_naver_call

NAVER_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
ENRICHMENT_BOUNDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
ENDPOINTS = ("local-search", "geocode", "blog 검색")
SCOPES = ("서울", "경기 수원시", "all")

FILE, SEED, INTERVAL = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
chance = random.Random(SEED)

now = 0.0
time.perf_counter = lambda: now


class Truth:
    """What this run counted."""

    def __init__(self):
        self.counters = {}
        self.histograms = {}

    def add(self, metric, value, **labels):
        key = (metric, tuple(sorted(labels.items())))
        self.counters[key] = self.counters.get(key, 0) + value

    def observe(self, metric, bounds, seconds, **labels):
        key = (metric, tuple(sorted(labels.items())))
        buckets, total, count = self.histograms.get(key, ([0] * len(bounds), 0.0, 0))
        buckets = [number + (seconds <= bound) for number, bound in zip(buckets, bounds)]
        self.histograms[key] = (buckets, total + seconds, count + 1)
        self.bounds = {**getattr(self, "bounds", {}), metric: bounds}

    def write(self):
        """In one step: the process may be killed at any time."""
        text = json.dumps(
            {
                "counters": [
                    {"metric": metric, "labels": dict(labels), "value": value}
                    for (metric, labels), value in self.counters.items()
                ],
                "histograms": [
                    {
                        "metric": metric,
                        "labels": dict(labels),
                        "buckets": dict(zip(map(str, self.bounds[metric]), buckets)),
                        "sum": total,
                        "count": count,
                    }
                    for (metric, labels), (buckets, total, count) in self.histograms.items()
                ],
            }
        )
        with open(FILE + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(FILE + ".new", FILE)


truth = Truth()
truth.add("reviewmaps_naver_api_rate_limit_hits", 0)


def take(bounds):
    """Lets time pass: anything from below the first bound to above the last one."""
    global now
    seconds = chance.choice(bounds) * chance.uniform(0.3, 1.7)
    now += seconds
    return seconds


def call_naver():
    global now
    now = 0.0
    endpoint = chance.choice(ENDPOINTS)
    outcome = chance.choice((200, 200, 200, 404, 429, 503, TimeoutError, ConnectionError))
    seconds = 0.0
    try:
        with track_naver_call(endpoint) as call:
            seconds = take(NAVER_BOUNDS)
            if isinstance(outcome, type):
                raise outcome("no answer")
            call.status(outcome)
    except (TimeoutError, ConnectionError):
        pass
    code = {TimeoutError: "timeout", ConnectionError: "error"}.get(outcome, str(outcome))
    truth.add("reviewmaps_naver_api_calls_total", 1, endpoint=endpoint, status_code=code)
    truth.observe("reviewmaps_naver_api_duration_seconds", NAVER_BOUNDS, seconds, endpoint=endpoint)
    if outcome == 429:
        truth.add("reviewmaps_naver_api_rate_limit_hits", 1)


def enrich():
    global now
    now = 0.0
    scope = chance.choice(SCOPES)
    fails = chance.random() < 0.3

    @track_enrichment(scope)
    def work():
        seconds = take(ENRICHMENT_BOUNDS)
        truth.observe("reviewmaps_enrichment_duration_seconds", ENRICHMENT_BOUNDS, seconds, scope=scope)
        if fails:
            raise ValueError("cannot be enriched")

    try:
        work()
    except ValueError:
        pass
    truth.add("reviewmaps_enrichment_total", 1, scope=scope, status="failed" if fails else "success")


def clean_up():
    rows = chance.randrange(1, 1_000)
    record_cleanup("campaign", rows)
    truth.add("reviewmaps_cleanup_deleted_rows", rows, table_name="campaign")


def stumble(run):
    kind = chance.choice((KeyError, LookupError))
    try:
        with run.step("parse"):
            raise kind("a row without a title")
    except LookupError:
        pass
    truth.add("reviewmaps_exceptions_total", 1, exception_type=kind.__name__, view_name="parse")


class Crash(Exception):
    pass


with scraper_run(os.environ["SCRAPER"], run_id=os.environ["RUN_ID"], interval=INTERVAL) as run:
    truth.write()
    print("started", flush=True)
    for line in sys.stdin:
        order, _, argument = line.strip().partition(" ")
        if order == "crash":
            truth.add("reviewmaps_exceptions_total", 1, exception_type="Crash", view_name="save")
            truth.write()
            with run.step("save"):
                raise Crash("told to")
        for _ in range(int(argument)):
            chance.choice((call_naver, call_naver, enrich, clean_up, lambda: stumble(run)))()
        truth.write()
        print("worked", flush=True)
