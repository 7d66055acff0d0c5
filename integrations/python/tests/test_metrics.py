import importlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from http import HTTPStatus
from unittest import mock

from prometheus_client import REGISTRY, CollectorRegistry, Counter, generate_latest

import reviewmaps_monitoring
from reviewmaps_monitoring import Metrics, metrics as module, stores
from reviewmaps_monitoring.stores import MemoryStore

from .values import forget_what_was_said, value_of


def in_memory():
    store = MemoryStore()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(store)
    return Metrics(store=store), registry


def on_registry():
    registry = CollectorRegistry()
    return Metrics(registry), registry


class StoresTest(unittest.TestCase):
    """What is recorded reads the same from a registry that is scraped and from a run's memory."""

    def check(self, record, *expected):
        for make in (on_registry, in_memory):
            metrics, registry = make()
            with self.subTest(make.__name__):
                record(metrics)
                text = generate_latest(registry).decode()
                for name, labels, value in expected:
                    self.assertEqual(value_of(text, name, **labels), value, f"{name}{labels} in\n{text}")

    def test_a_call_is_counted_by_endpoint_and_status_and_timed(self):
        self.check(
            lambda m: (m.record_naver_call("local", 200, 0.05), m.record_naver_call("local", "200", 20)),
            ("reviewmaps_naver_api_calls_total", {"endpoint": "local", "status_code": "200"}, 2),
            ("reviewmaps_naver_api_duration_seconds_bucket", {"endpoint": "local", "le": "0.05"}, 1),
            ("reviewmaps_naver_api_duration_seconds_bucket", {"endpoint": "local", "le": "10.0"}, 1),
            ("reviewmaps_naver_api_duration_seconds_bucket", {"endpoint": "local", "le": "+Inf"}, 2),
            ("reviewmaps_naver_api_duration_seconds_count", {"endpoint": "local"}, 2),
            ("reviewmaps_naver_api_duration_seconds_sum", {"endpoint": "local"}, 20.05),
            ("reviewmaps_naver_api_rate_limit_hits_total", {}, 0),
        )

    def test_429_is_a_rate_limit_hit_too(self):
        self.check(
            lambda m: [m.record_naver_call("local", HTTPStatus.TOO_MANY_REQUESTS, 1) for _ in range(3)],
            ("reviewmaps_naver_api_rate_limit_hits_total", {}, 3),
            ("reviewmaps_naver_api_calls_total", {"endpoint": "local", "status_code": "429"}, 3),
        )

    def test_a_status_that_is_none_counts_as_error(self):
        self.check(
            lambda m: [m.record_naver_call("local", odd, 1) for odd in (None, "", 7, 1000, True, "2xx", object(), "٢٠٠")],
            ("reviewmaps_naver_api_calls_total", {"endpoint": "local", "status_code": "error"}, 8),
        )

    def test_enrichments_by_scope_and_status(self):
        self.check(
            lambda m: (m.record_enrichment("서울", True, 3), m.record_enrichment("서울", False, 3)),
            ("reviewmaps_enrichment_total", {"scope": "서울", "status": "success"}, 1),
            ("reviewmaps_enrichment_total", {"scope": "서울", "status": "failed"}, 1),
            ("reviewmaps_enrichment_duration_seconds_bucket", {"scope": "서울", "le": "2.5"}, 0),
            ("reviewmaps_enrichment_duration_seconds_bucket", {"scope": "서울", "le": "5.0"}, 2),
        )

    def test_deleted_rows_are_added_up(self):
        self.check(
            lambda m: (m.record_cleanup("campaign", 3), m.record_cleanup("campaign", 0), m.record_cleanup("campaign", 4)),
            ("reviewmaps_cleanup_deleted_rows_total", {"table_name": "campaign"}, 7),
        )

    def test_a_table_from_which_nothing_was_deleted_is_shown_as_zero(self):
        self.check(
            lambda m: m.record_cleanup("campaign", 0),
            ("reviewmaps_cleanup_deleted_rows_total", {"table_name": "campaign"}, 0),
        )

    def test_an_exception_is_named_by_its_class_without_the_module(self):
        class Refused(ValueError):
            pass

        self.check(
            lambda m: m.record_exception(Refused("secret"), "parse"),
            ("reviewmaps_exceptions_total", {"exception_type": "Refused", "view_name": "parse"}, 1),
        )

    def test_threads_lose_no_count(self):
        def record(metrics):
            def work():
                for _ in range(500):
                    metrics.record_naver_call("local", 200, 0.2)

            threads = [threading.Thread(target=work) for _ in range(4)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]

        self.check(
            record,
            ("reviewmaps_naver_api_calls_total", {"endpoint": "local", "status_code": "200"}, 2000),
            ("reviewmaps_naver_api_duration_seconds_bucket", {"endpoint": "local", "le": "0.25"}, 2000),
        )


class OddInputTest(unittest.TestCase):
    def setUp(self):
        forget_what_was_said()

    def test_values_beyond_the_limit_become_other(self):
        registry = CollectorRegistry()
        metrics = Metrics(registry, max_values=2)
        for region in ("a", "b", "c", "d", "a"):
            metrics.record_enrichment(region, True, 1)
        text = generate_latest(registry).decode()
        self.assertEqual(value_of(text, "reviewmaps_enrichment_total", scope="a", status="success"), 2)
        self.assertEqual(value_of(text, "reviewmaps_enrichment_total", scope="other", status="success"), 2)

    def test_odd_label_values_never_raise_and_leave_an_exposition_that_can_be_read(self):
        class Unprintable:
            def __str__(self):
                raise RuntimeError("no")

        registry = CollectorRegistry()
        metrics = Metrics(registry)
        for odd in (None, "", "\ud800", 'a"b\\c\nd', "x" * 1000, Unprintable(), 7, b"bytes", ["list"]):
            metrics.record_exception(ValueError(), odd)
        text = generate_latest(registry).decode("utf-8")
        self.assertEqual(
            value_of(text, "reviewmaps_exceptions_total", exception_type="ValueError", view_name="unknown"), 3
        )
        self.assertEqual(
            value_of(text, "reviewmaps_exceptions_total", exception_type="ValueError", view_name="x" * 200), 1
        )

    def test_rows_that_are_no_number_of_rows_are_logged_once_and_not_counted(self):
        registry = CollectorRegistry()
        metrics = Metrics(registry)
        with self.assertLogs("reviewmaps_monitoring", logging.WARNING) as logs:
            for odd in (-1, float("nan"), float("inf"), -5):
                metrics.record_cleanup("campaign", odd)
            for odd in ("many", None, (3, {})):
                metrics.record_cleanup("campaign", odd)
        self.assertIn("-1 deleted rows of 'campaign' are not counted", logs.output[0])
        self.assertEqual(len(logs.output), 3)  # once for the number, once a kind for what is none
        self.assertNotIn("reviewmaps_cleanup_deleted_rows_total{", generate_latest(registry).decode())

    def test_a_duration_that_is_none_costs_no_count(self):
        registry = CollectorRegistry()
        with self.assertLogs("reviewmaps_monitoring", logging.WARNING):
            Metrics(registry).record_enrichment("서울", True, float("nan"))
        text = generate_latest(registry).decode()
        self.assertEqual(value_of(text, "reviewmaps_enrichment_total", scope="서울", status="success"), 1)
        self.assertIsNone(value_of(text, "reviewmaps_enrichment_duration_seconds_count", scope="서울"))

    def test_a_store_that_fails_reaches_nobody_and_is_logged_once(self):
        class Broken:
            def add(self, *_):
                raise OSError("disk full")

            observe = add

        metrics = Metrics(store=Broken())
        with self.assertLogs("reviewmaps_monitoring", logging.WARNING) as logs:
            for _ in range(3):
                metrics.record_naver_call("local", 200, 1)
        self.assertEqual(len(logs.output), 1)
        self.assertIn("disk full", logs.output[0])


class RegistriesTest(unittest.TestCase):
    def setUp(self):
        forget_what_was_said()

    def test_two_on_one_registry_share_their_values(self):
        registry = CollectorRegistry()
        Metrics(registry).record_cleanup("campaign", 1)
        Metrics(registry).record_cleanup("campaign", 2)
        self.assertEqual(registry.get_sample_value("reviewmaps_cleanup_deleted_rows_total", {"table_name": "campaign"}), 3)

    def test_threads_that_come_first_at_once_make_one_store(self):
        registry = CollectorRegistry()
        barrier = threading.Barrier(4)

        make = stores._client_family

        def slow(definition, registry):
            time.sleep(0.01)
            return make(definition, registry)

        def work():
            barrier.wait(10)
            Metrics(registry).record_cleanup("campaign", 1)

        with mock.patch.object(stores, "_client_family", side_effect=slow):
            threads = [threading.Thread(target=work) for _ in range(4)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        self.assertEqual(registry.get_sample_value("reviewmaps_cleanup_deleted_rows_total", {"table_name": "campaign"}), 4)

    def test_a_family_that_the_program_has_already_is_left_alone_and_said(self):
        registry = CollectorRegistry()
        Counter("reviewmaps_exceptions_total", "From before.", ["view"], registry=registry)
        with self.assertLogs("reviewmaps_monitoring", logging.WARNING) as logs:
            metrics = Metrics(registry)
        self.assertIn("reviewmaps_exceptions_total is not counted", logs.output[0])
        metrics.record_exception(ValueError(), "view")
        metrics.record_cleanup("campaign", 1)
        self.assertIn('reviewmaps_cleanup_deleted_rows_total{table_name="campaign"} 1.0', generate_latest(registry).decode())

    def test_the_default_is_on_the_client_s_registry_and_survives_a_reload(self):
        reviewmaps_monitoring.record_cleanup("reload", 1)
        importlib.reload(module)
        module.record_cleanup("reload", 1)
        self.assertEqual(REGISTRY.get_sample_value("reviewmaps_cleanup_deleted_rows_total", {"table_name": "reload"}), 2)

    def test_importing_registers_nothing(self):
        code = (
            "import reviewmaps_monitoring; from prometheus_client import generate_latest;"
            "assert b'reviewmaps' not in generate_latest()"
        )
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_a_multiprocess_directory_that_is_missing_breaks_nothing(self):
        code = (
            "import reviewmaps_monitoring as r\n"
            "with r.track_naver_call('local') as call: call.status(429)\n"
            "r.record_cleanup('campaign', 1); r.record_exception(ValueError(), 'view')\n"
            "with r.scraper_run('inflexer') as run:\n"
            "    r.record_cleanup('campaign', 2)\n"
            "print(run.registry.get_sample_value('reviewmaps_cleanup_deleted_rows_total', {'table_name': 'campaign'}))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": "/nonexistent/reviewmaps"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        self.assertEqual((done.returncode, done.stdout), (0, "2.0\n"), done.stderr)

    def test_a_run_leaves_no_values_in_the_multiprocess_directory(self):
        with tempfile.TemporaryDirectory() as directory:
            code = "import reviewmaps_monitoring as r\nwith r.scraper_run('inflexer'): r.record_cleanup('campaign', 2)"
            subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": directory},
                check=True,
                stderr=subprocess.DEVNULL,
            )
            content = b"".join(open(os.path.join(directory, name), "rb").read() for name in os.listdir(directory))
            self.assertNotIn(b"reviewmaps", content)
