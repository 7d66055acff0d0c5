"""A run against gateways that answer as the test says, in this process."""

import asyncio
import logging
import os
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily

from reviewmaps_monitoring import current_metrics, default_metrics, record_cleanup, scraper_run
from reviewmaps_monitoring.termination import _watched

from .real_gateway import free_port, until
from .stub_gateway import StubGateway
from .values import forget_what_was_said, value_of

COMPLETED = "reviewmaps_scraper_run_completed"
STARTED = "reviewmaps_scraper_run_started_timestamp_seconds"
DELETED = "reviewmaps_cleanup_deleted_rows_total"
VARIABLES = ("PUSHGATEWAY_URL", "PUSHGATEWAY_USERNAME", "PUSHGATEWAY_PASSWORD", "PUSHGATEWAY_TOKEN", "PUSHGATEWAY_CA")


class Case(unittest.TestCase):
    def setUp(self):
        forget_what_was_said()
        patch = mock.patch.dict(os.environ)
        patch.start()
        self.addCleanup(patch.stop)
        for name in (*VARIABLES, "REVIEWMAPS_APP", "POD_NAME"):
            os.environ.pop(name, None)

    def stub(self, *answers):
        stub = StubGateway(*answers)
        self.addCleanup(stub.stop)
        os.environ["PUSHGATEWAY_URL"] = stub.url
        return stub

    def quiet(self):
        """Expects that something is logged, and keeps it off the screen."""
        return self.assertLogs("reviewmaps_monitoring", logging.WARNING)


class LifeTest(Case):
    def last(self, stub):
        return stub.pushes[-1].body

    def test_the_first_push_comes_at_once_and_without_a_completion_mark(self):
        stub = self.stub()
        before = time.time()
        with scraper_run("inflexer"):
            self.assertTrue(stub.arrived.wait(5))
            self.assertIsNone(value_of(stub.pushes[0].body, COMPLETED))
            self.assertTrue(before <= value_of(stub.pushes[0].body, STARTED) <= time.time())

    def test_the_last_push_has_the_completion_mark_the_same_start_and_every_value(self):
        stub = self.stub()
        with scraper_run("inflexer") as run:
            stub.arrived.wait(5)
            run.metrics.record_cleanup("campaign", 3)
        self.assertEqual(value_of(self.last(stub), COMPLETED), 1)
        self.assertEqual(value_of(self.last(stub), STARTED), value_of(stub.pushes[0].body, STARTED))
        self.assertEqual(value_of(self.last(stub), DELETED, table_name="campaign"), 3)

    def test_it_pushes_at_intervals(self):
        stub = self.stub()
        with scraper_run("inflexer", interval=0.05):
            until(lambda: len(stub.pushes) >= 4, "four pushes")
        self.assertEqual(len({push.path for push in stub.pushes}), 1)

    def test_how_the_block_ends_says_whether_the_run_succeeded(self):
        for error, completed in (
            (None, 1),
            (SystemExit(), 1),
            (SystemExit(0), 1),
            (SystemExit(1), 0),
            (SystemExit("message"), 0),
            (KeyboardInterrupt(), 0),
            (ValueError(), 0),
            (GeneratorExit(), 0),
        ):
            with self.subTest(repr(error)):
                stub = self.stub()
                try:
                    with scraper_run("inflexer"):
                        if error is not None:
                            raise error
                except BaseException as caught:
                    self.assertIs(caught, error)
                self.assertEqual(value_of(self.last(stub), COMPLETED), completed)

    def test_a_run_can_say_that_it_failed(self):
        stub = self.stub()
        with scraper_run("inflexer") as run:
            run.fail()
        self.assertEqual(value_of(self.last(stub), COMPLETED), 0)

    def test_async_with_lets_the_loop_go_on_during_the_last_push(self):
        ticks = []

        async def main():
            async def tick():
                while True:
                    ticks.append(1)
                    await asyncio.sleep(0.01)

            async with scraper_run("inflexer", final_timeout=0.5) as run:
                run.metrics.record_cleanup("campaign", 1)
                ticker = asyncio.ensure_future(tick())
                before = len(ticks)
            ticker.cancel()
            return len(ticks) - before

        stub = self.stub(lambda push: (200, "") if COMPLETED not in push.body else (time.sleep(0.2), (200, ""))[1])
        self.assertGreater(asyncio.run(main()), 3)
        self.assertEqual(value_of(self.last(stub), COMPLETED), 1)

    def test_async_with_waits_for_the_last_push_also_when_it_is_cancelled_meanwhile(self):
        stub = self.stub(lambda push: (200, "") if COMPLETED not in push.body else (time.sleep(0.3), (200, ""))[1])

        async def work():
            async with scraper_run("inflexer") as run:
                runs.append(run)

        async def main():
            task = asyncio.ensure_future(work())
            while not any(COMPLETED in push.body for push in stub.pushes):
                await asyncio.sleep(0.01)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        runs = []
        asyncio.run(main())
        self.assertTrue(runs[0]._reporter.is_over())
        self.assertEqual(value_of(self.last(stub), COMPLETED), 1)

    def test_async_with_needs_no_thread_of_a_busy_executor(self):
        async def main():
            loop = asyncio.get_running_loop()
            loop.set_default_executor(ThreadPoolExecutor(1))
            busy = loop.run_in_executor(None, release.wait, 10)
            began = time.monotonic()
            async with scraper_run("inflexer"):
                pass
            took = time.monotonic() - began
            release.set()
            await busy
            return took

        stub = self.stub()
        release = threading.Event()
        self.assertLess(asyncio.run(main()), 5)
        self.assertEqual(value_of(self.last(stub), COMPLETED), 1)

    def test_a_cancelled_task_s_run_failed(self):
        stub = self.stub()

        async def work():
            async with scraper_run("inflexer"):
                await asyncio.sleep(60)

        async def main():
            task = asyncio.ensure_future(work())
            await asyncio.sleep(0.05)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        self.assertEqual(value_of(self.last(stub), COMPLETED), 0)

    def test_leaving_twice_pushes_one_end(self):
        stub = self.stub()
        run = scraper_run("inflexer")
        with run:
            pass
        pushes = len(stub.pushes)
        run.__exit__(ValueError, ValueError(), None)
        self.assertEqual(len(stub.pushes), pushes)
        self.assertEqual(value_of(self.last(stub), COMPLETED), 1)


class GroupTest(Case):
    def path(self, **options):
        stub = self.stub()
        with scraper_run(**{"name": "inflexer", **options}) as run:
            pass
        return stub.pushes[-1].path, run

    def test_the_id_has_the_pod_s_name_and_is_new_each_time(self):
        os.environ["POD_NAME"] = "inflexer-28/x z"
        first, run = self.path()
        second, _ = self.path()
        self.assertRegex(first, r"^/metrics/job/scraper/run/inflexer-28-x-z-[0-9a-f]{12}/scraper/inflexer$")
        self.assertIn(run.id, first)
        self.assertNotEqual(first, second)

    def test_without_a_pod_the_host_is_named(self):
        with mock.patch("socket.gethostname", return_value="crawler-7"):
            self.assertRegex(self.path()[0], r"/run/crawler-7-[0-9a-f]{12}/")

    def test_the_application_is_that_of_the_environment_or_of_the_argument(self):
        os.environ["REVIEWMAPS_APP"] = "reviewmaps-dev"
        self.assertRegex(self.path()[0], r"^/metrics/job/scraper/app/reviewmaps-dev/run/")
        self.assertRegex(self.path(app="other")[0], r"/app/other/run/")

    def test_everything_can_be_said(self):
        path, run = self.path(name="네이버 카페", run_id="mine", job="jobs")
        self.assertEqual(path, "/metrics/job/jobs/run/mine/scraper@base64/64Sk7J2067KEIOy5tO2OmA")
        self.assertEqual((run.id, run.name), ("mine", "네이버 카페"))

    def test_credentials_come_from_the_environment(self):
        os.environ.update(PUSHGATEWAY_USERNAME="user", PUSHGATEWAY_PASSWORD="secret")
        stub = self.stub()
        with scraper_run("inflexer"):
            pass
        self.assertEqual(stub.pushes[-1].headers["Authorization"], "Basic dXNlcjpzZWNyZXQ=")
        os.environ["PUSHGATEWAY_TOKEN"] = "abc"
        with scraper_run("inflexer"):
            pass
        self.assertEqual(stub.pushes[-1].headers["Authorization"], "Bearer abc")


class RegistryTest(Case):
    def test_what_the_program_adds_is_pushed_and_created_series_are_not(self):
        stub = self.stub()
        with scraper_run("inflexer") as run:
            Counter("pages", "Pages.", registry=run.registry).inc()
        body = stub.pushes[-1].body
        self.assertEqual(value_of(body, "pages_total"), 1)
        self.assertNotIn("_created", body)

    def test_a_collector_of_the_program_that_raises_costs_only_itself(self):
        class Broken:
            def collect(self):
                raise RuntimeError("broken")

        stub = self.stub()
        with self.quiet():
            with scraper_run("inflexer") as run:
                run.registry.register(Broken())
                run.metrics.record_cleanup("campaign", 3)
        self.assertEqual(value_of(stub.pushes[-1].body, DELETED, table_name="campaign"), 3)

    def test_what_the_gateway_refuses_because_of_it_is_pushed_without_it(self):
        class Clash:
            def collect(self):
                yield GaugeMetricFamily("go_goroutines", "The gateway's own.", value=1)

        stub = self.stub(lambda push: (400, "clash with go_goroutines") if "go_" in push.body else (200, ""))
        with self.quiet() as logs:
            with scraper_run("inflexer") as run:
                run.registry.register(Clash())
        self.assertEqual(value_of(stub.pushes[-1].body, COMPLETED), 1)
        self.assertEqual(len(logs.output), 1)
        self.assertIn("pushes only its own metrics: the gateway answered 400: clash with go_goroutines", logs.output[0])


class CurrentTest(Case):
    def setUp(self):
        super().setUp()
        self.logs = self.quiet()
        self.logs.__enter__()
        self.addCleanup(self.logs.__exit__, None, None, None)

    def test_the_module_s_functions_count_for_the_innermost_run(self):
        with scraper_run("outer") as outer:
            record_cleanup("campaign", 1)
            with scraper_run("inner") as inner:
                record_cleanup("campaign", 10)
            record_cleanup("campaign", 100)
        labels = {"table_name": "campaign"}
        self.assertEqual(outer.registry.get_sample_value(DELETED, labels), 101)
        self.assertEqual(inner.registry.get_sample_value(DELETED, labels), 10)
        self.assertIs(current_metrics(), default_metrics())

    def test_worker_threads_of_a_run_count_for_it(self):
        with scraper_run("inflexer") as run:
            thread = threading.Thread(target=record_cleanup, args=("campaign", 5))
            thread.start()
            thread.join()
        self.assertEqual(run.registry.get_sample_value(DELETED, {"table_name": "campaign"}), 5)

    def test_worker_threads_within_nested_runs_count_for_the_innermost(self):
        with scraper_run("outer"), scraper_run("inner") as inner:
            thread = threading.Thread(target=record_cleanup, args=("campaign", 5))
            thread.start()
            thread.join()
        self.assertEqual(inner.registry.get_sample_value(DELETED, {"table_name": "campaign"}), 5)

    def test_runs_of_different_threads_do_not_mix(self):
        barrier = threading.Barrier(3, timeout=10)
        counted = {}

        def work(rows):
            with scraper_run(f"scraper-{rows}") as run:
                barrier.wait()
                record_cleanup("campaign", rows)
                barrier.wait()
            counted[rows] = run.registry.get_sample_value(DELETED, {"table_name": "campaign"})

        threads = [threading.Thread(target=work, args=(rows,)) for rows in (1, 2, 3)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(counted, {1: 1, 2: 2, 3: 3})


class StepTest(Case):
    def setUp(self):
        super().setUp()
        logs = self.quiet()
        logs.__enter__()
        self.addCleanup(logs.__exit__, None, None, None)

    def exceptions(self, run):
        return {
            (sample.labels["exception_type"], sample.labels["view_name"]): sample.value
            for family in run.registry.collect()
            for sample in family.samples
            if sample.name == "reviewmaps_exceptions_total"
        }

    def test_what_a_step_raises_is_counted_under_its_name_and_goes_on(self):
        error = ValueError()
        with self.assertRaises(ValueError) as caught:
            with scraper_run("inflexer") as run, run.step("parse"):
                raise error
        self.assertIs(caught.exception, error)
        self.assertEqual(self.exceptions(run), {("ValueError", "parse"): 1})

    def test_nested_steps_count_it_once_in_the_innermost(self):
        with scraper_run("inflexer") as run:
            with self.assertRaises(ValueError):
                with run.step("campaign"), run.step("enrich"), run.step("parse"):
                    raise ValueError()
        self.assertEqual(self.exceptions(run), {("ValueError", "parse"): 1})

    def test_a_step_that_handles_one_and_raises_another_counts_both(self):
        with scraper_run("inflexer") as run:
            with self.assertRaises(KeyError):
                with run.step("campaign"):
                    try:
                        with run.step("parse"):
                            raise ValueError()
                    except ValueError:
                        raise KeyError()
        self.assertEqual(self.exceptions(run), {("ValueError", "parse"): 1, ("KeyError", "campaign"): 1})

    def test_each_failure_of_a_loop_counts(self):
        with scraper_run("inflexer") as run:
            with run.step("all"):
                for _ in range(50):
                    try:
                        with run.step("one"):
                            raise ValueError()
                    except ValueError:
                        pass
        self.assertEqual(self.exceptions(run), {("ValueError", "one"): 50})

    def test_the_end_of_the_program_is_no_exception_of_a_step(self):
        for error in (SystemExit(1), KeyboardInterrupt(), asyncio.CancelledError()):
            with self.assertRaises(type(error)):
                with scraper_run("inflexer") as run, run.step("parse"):
                    raise error
            self.assertEqual(self.exceptions(run), {})


class TroubleTest(Case):
    """What goes wrong with the reporting never reaches the program."""

    def test_without_an_address_one_line_says_that_nothing_is_pushed(self):
        with self.quiet() as logs:
            with scraper_run("inflexer") as run:
                run.metrics.record_cleanup("campaign", 1)
        self.assertEqual(logs.output, ["WARNING:reviewmaps_monitoring:PUSHGATEWAY_URL is not set: the run is not reported"])

    def test_a_wrong_configuration_is_said_and_the_run_goes_on(self):
        for options in ({"gateway": "pushgateway:9091"}, {"gateway": "https://127.0.0.1:1", "ca": "/nonexistent"}):
            with self.quiet() as logs:
                with scraper_run("inflexer", **options):
                    pass
            self.assertEqual(len(logs.output), 1)
            self.assertIn("the run is not reported: PUSHGATEWAY_", logs.output[0])

    def test_times_that_are_none_are_replaced_and_said(self):
        stub = self.stub()
        for odd in (0, -1, float("nan"), float("inf"), "soon", None):
            with self.quiet() as logs:
                with scraper_run("inflexer", interval=odd):
                    pass
            self.assertIn("is no time in seconds: 15.0 is used", logs.output[0])
        self.assertEqual(value_of(stub.pushes[-1].body, COMPLETED), 1)

    def test_a_gateway_that_is_down_delays_the_end_by_no_more_than_the_limit(self):
        began = time.monotonic()
        with self.quiet() as logs:
            with scraper_run("inflexer", gateway=f"http://127.0.0.1:{free_port()}", interval=0.02, final_timeout=0.6):
                time.sleep(0.2)
        self.assertLess(time.monotonic() - began, 1.5)
        # One line for the outage, whatever the number of pushes, and one for the loss.
        self.assertEqual(len(logs.output), 2)
        self.assertIn("could not push run", logs.output[0])
        self.assertIn("are lost", logs.output[1])

    def test_a_gateway_that_hangs_neither(self):
        stub = self.stub(lambda push: None)
        began = time.monotonic()
        with self.quiet():
            with scraper_run("inflexer", push_timeout=30, final_timeout=0.5):
                stub.arrived.wait(5)
                block = time.monotonic()
        self.assertLess(block - began, 2)
        self.assertLess(time.monotonic() - block, 1.5)

    def test_the_last_push_is_tried_until_the_gateway_is_back(self):
        answers = iter([(500, "starting"), (503, "starting"), (200, "")])
        stub = self.stub(lambda push: next(answers, (200, "")))
        with self.quiet() as logs:
            with scraper_run("inflexer"):
                stub.arrived.wait(5)
        self.assertEqual(value_of(stub.pushes[-1].body, COMPLETED), 1)
        self.assertEqual(len(stub.pushes), 3)
        self.assertIn("the gateway answered 500: starting", logs.output[0])
        self.assertIn("work again", logs.output[1])

    def test_a_400_names_what_the_gateway_said(self):
        stub = self.stub(lambda push: (400, 'inconsistent type for "reviewmaps_enrichment_total"'))
        with self.quiet() as logs:
            with scraper_run("inflexer", final_timeout=0.3):
                stub.arrived.wait(5)
        self.assertIn('answered 400: inconsistent type for "reviewmaps_enrichment_total"', logs.output[0])

    def test_wrong_credentials_are_not_tried_again_and_never_shown(self):
        stub = self.stub(lambda push: (401, "Unauthorized"))
        began = time.monotonic()
        with self.quiet() as logs:
            with scraper_run("inflexer", token="secret-token"):
                stub.arrived.wait(5)
        self.assertLess(time.monotonic() - began, 3)
        self.assertLessEqual(len(stub.pushes), 2)
        self.assertNotIn("secret-token", "".join(logs.output))

    def test_a_system_without_threads_left_runs_the_program_all_the_same(self):
        self.stub()
        with mock.patch("threading.Thread.start", side_effect=RuntimeError("can't start new thread")):
            with self.quiet() as logs, scraper_run("inflexer") as run:
                run.metrics.record_cleanup("campaign", 1)
        self.assertIn("can't start new thread", logs.output[0])

    def test_ended_runs_leave_nothing_behind(self):
        self.stub()
        for _ in range(3):
            with scraper_run("inflexer"):
                pass
        # A thread says that it is done a moment before it ends.
        until(
            lambda: all(thread.name != "reviewmaps-monitoring-push" for thread in threading.enumerate()),
            "the threads to end",
        )
        self.assertEqual(_watched, [])

    def test_a_registry_of_the_run_is_the_program_s_to_read(self):
        with self.quiet(), scraper_run("inflexer") as run:
            self.assertIsInstance(run.registry, CollectorRegistry)
