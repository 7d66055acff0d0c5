"""
One run of a scraper, as a CronJob starts it: asks Naver, enriches campaigns, cleans up, stumbles over a page.

    scraper.py <name> success|failure|limited

limited: Naver refuses one of the calls with 429.
"""

import sys
import time

from reviewmaps_monitoring import record_cleanup, scraper_run, track_enrichment, track_naver_call

NAME, HOW = sys.argv[1:]
#: Seconds between two pushes: the run takes several of them.
INTERVAL = 0.2
STATUSES = (200, 200, 404, 200, 503)


def call(endpoint, status):
    with track_naver_call(endpoint) as naver:
        time.sleep(0.01)
        naver.status(status)


with scraper_run(NAME, interval=INTERVAL) as run:
    for status in STATUSES + ((429,) if HOW == "limited" else ()):
        for scope in ("서울", "제주"):
            with track_enrichment(scope) as enrichment:
                call("local-search", status)
                if status == 503:
                    enrichment.fail()
        call("geocode", 200)
    try:
        with run.step("parse"):
            raise KeyError("a page without a title")
    except KeyError:
        pass
    record_cleanup("reviews", 3)
    if HOW == "failure":
        run.fail()
