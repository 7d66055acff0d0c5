"""Scrapers as processes of their own, and the real Pushgateway."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from reviewmaps_monitoring import scraper_run

from .real_gateway import RealGateway, free_port, until

DELETED = "reviewmaps_cleanup_deleted_rows_total"

PRELUDE = """
import asyncio, os, signal, sys, threading, time
import logging; logging.basicConfig(level=logging.WARNING)
from reviewmaps_monitoring import *
"""

# Ends only when a push has failed and the log says so, however slow the machine is.
UNTIL_SAID = """
said = threading.Event()
handler = logging.Handler()
handler.emit = lambda record: said.set()
logging.getLogger("reviewmaps_monitoring").addHandler(handler)
"""

# Counts, says that the body of the run is reached, and then waits for whatever the test does.
WAITING = """
with scraper_run("inflexer", run_id="one", interval=0.1) as run:
    record_cleanup("campaign", 3)
    print("ready", flush=True)
    time.sleep(60)
"""


class ProcessesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = RealGateway()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.stop()

    def setUp(self):
        self.addCleanup(self.delete_groups)

    def delete_groups(self):
        from reviewmaps_monitoring.gateway import group_path

        for group in self.gateway.groups().values():
            request = urllib.request.Request(self.gateway.url + group_path(group.labels), method="DELETE")
            urllib.request.urlopen(request, timeout=5).close()

    def start(self, code, **environment):
        process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + code],
            env={**os.environ, "PUSHGATEWAY_URL": self.gateway.url, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            start_new_session=True,
        )
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        process.kill()
        process.communicate()

    def finish(self, process):
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def ready(self, process):
        self.assertEqual(process.stdout.readline(), "ready\n")

    def pushed(self, run="one"):
        """The group once the values of the run's body have arrived."""

        def look():
            group = self.gateway.groups().get(run)
            return group if group is not None and group.value(DELETED, table_name="campaign") is not None else None

        return until(look, "the first values")

    def check(self, completed, rows=3, run="one"):
        group = self.gateway.groups()[run]
        self.assertEqual((group.completed, group.value(DELETED, table_name="campaign")), (completed, rows))
        return group

    def test_a_run_that_completes(self):
        code, _, err = self.finish(
            self.start("with scraper_run('inflexer', run_id='one', app='dev'): record_cleanup('campaign', 3)")
        )
        self.assertEqual((code, err), (0, ""))
        group = self.check(completed=1)
        self.assertEqual(
            group.labels,
            {"job": "scraper", "run": "one", "scraper": "inflexer", "app": "dev"},
        )
        self.assertEqual(
            [name for name in group.families if name.startswith("reviewmaps")],
            [
                DELETED,
                "reviewmaps_naver_api_rate_limit_hits_total",
                "reviewmaps_scraper_run_completed",
                "reviewmaps_scraper_run_started_timestamp_seconds",
            ],
        )

    def test_names_that_are_no_path_segments_arrive_as_they_are(self):
        with scraper_run("네이버 카페/맛집+", gateway=self.gateway.url, run_id="", app=" "):
            pass
        (group,) = self.gateway.groups().values()
        self.assertEqual((group.labels["scraper"], group.labels["app"]), ("네이버 카페/맛집+", " "))

    def test_a_run_that_crashes(self):
        code, _, err = self.finish(
            self.start("with scraper_run('inflexer', run_id='one'):\n record_cleanup('campaign', 3)\n raise ValueError('no')")
        )
        self.assertEqual(code, 1)
        self.assertIn("ValueError: no", err)
        self.check(completed=0)

    def test_a_run_that_is_killed_stays_without_a_completion_mark(self):
        process = self.start(WAITING)
        self.ready(process)
        self.pushed()
        process.kill()
        self.finish(process)
        self.check(completed=None)

    def test_sigterm_ends_the_block_and_pushes_a_failure(self):
        process = self.start(WAITING)
        self.ready(process)
        process.terminate()
        code, _, err = self.finish(process)
        self.assertEqual((code, err), (143, ""))
        self.check(completed=0)

    def test_sigterm_runs_the_clean_up_of_the_program_and_a_second_one_does_not_cut_it_short(self):
        process = self.start(
            "try:\n"
            "    with scraper_run('inflexer', run_id='one'):\n"
            "        record_cleanup('campaign', 3)\n"
            "        try:\n"
            "            print('ready', flush=True); time.sleep(60)\n"
            "        finally:\n"
            "            print('cleaning', flush=True); time.sleep(0.5)\n"
            "            record_cleanup('campaign', 1)\n"
            "finally: print('cleaned', flush=True)\n"
        )
        self.ready(process)
        process.terminate()
        self.assertEqual(process.stdout.readline(), "cleaning\n")
        process.terminate()
        code, out, _ = self.finish(process)
        self.assertEqual((code, out), (143, "cleaned\n"))
        self.check(completed=0, rows=4)

    def test_sigterm_calls_the_handler_that_the_program_has(self):
        process = self.start(
            "stop = []\n"
            "signal.signal(signal.SIGTERM, lambda number, frame: stop.append(number))\n"
            "handler = signal.getsignal(signal.SIGTERM)\n"
            "with scraper_run('inflexer', run_id='one'):\n"
            "    record_cleanup('campaign', 3)\n"
            "    print('ready', flush=True)\n"
            "    while not stop: time.sleep(0.01)\n"
            "assert stop == [signal.SIGTERM]\n"
            "assert signal.getsignal(signal.SIGTERM) is handler\n"
        )
        self.ready(process)
        process.terminate()
        self.assertEqual(self.finish(process)[0], 0)
        self.check(completed=0)

    def test_a_program_that_ignores_sigterm_goes_on_ignoring_it(self):
        process = self.start(
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "with scraper_run('inflexer', run_id='one'):\n"
            "    record_cleanup('campaign', 3)\n"
            "    os.kill(os.getpid(), signal.SIGTERM)\n"
        )
        self.assertEqual(self.finish(process)[0], 0)
        self.check(completed=1)

    def test_after_the_run_sigterm_ends_the_program_as_before(self):
        process = self.start("with scraper_run('inflexer', run_id='one'): pass\nprint('ready', flush=True)\ntime.sleep(60)")
        self.ready(process)
        process.terminate()
        self.assertEqual(self.finish(process)[0], -signal.SIGTERM)

    def test_nested_runs_both_end_as_failed_by_one_sigterm(self):
        process = self.start(
            "with scraper_run('outer', run_id='outer'), scraper_run('inner', run_id='inner'):\n"
            "    print('ready', flush=True); time.sleep(60)\n"
        )
        self.ready(process)
        process.terminate()
        self.assertEqual(self.finish(process)[0], 143)
        groups = self.gateway.groups()
        self.assertEqual((groups["outer"].completed, groups["inner"].completed), (0, 0))

    def test_sigterm_during_the_last_push_waits_for_it(self):
        process = self.start(
            "import urllib.request\n"
            "from reviewmaps_monitoring import gateway\n"
            "real = gateway.Gateway.put\n"
            "def slow(self, key, body, timeout):\n"
            "    if b'run_completed' in body:\n"
            "        print('ready', flush=True); time.sleep(0.5)\n"
            "    real(self, key, body, timeout)\n"
            "gateway.Gateway.put = slow\n"
            "with scraper_run('inflexer', run_id='one'): record_cleanup('campaign', 3)\n"
            "print('not reached')\n"
        )
        self.ready(process)
        process.terminate()
        code, out, _ = self.finish(process)
        self.assertEqual((code, out), (143, ""))
        self.check(completed=1)

    def test_sigterm_in_an_event_loop(self):
        process = self.start(
            "async def main():\n"
            "    async with scraper_run('inflexer', run_id='one'):\n"
            "        record_cleanup('campaign', 3)\n"
            "        print('ready', flush=True)\n"
            "        await asyncio.sleep(60)\n"
            "asyncio.run(main())\n"
        )
        self.ready(process)
        process.terminate()
        code, _, err = self.finish(process)
        self.assertEqual(code, 143, err)
        self.check(completed=0)

    def test_sigterm_that_comes_just_before_the_event_loop_sleeps(self):
        # Given to another thread it sets the same mark, and does not interrupt the sleep either.
        process = self.start(
            "async def main():\n"
            "    async with scraper_run('inflexer', run_id='one'):\n"
            "        record_cleanup('campaign', 3)\n"
            "        hit = lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)\n"
            "        threading.Timer(0.3, hit).start()\n"
            "        print('ready', flush=True)\n"
            "        await asyncio.sleep(60)\n"
            "asyncio.run(main())\n"
        )
        self.ready(process)
        code, _, err = self.finish(process)
        self.assertEqual(code, 143, err)
        self.check(completed=0)

    def test_sigterm_is_left_alone_if_that_is_asked_for(self):
        process = self.start(WAITING.replace("interval=0.1", "interval=0.1, handle_sigterm=False"))
        self.ready(process)
        self.pushed()
        process.terminate()
        self.assertEqual(self.finish(process)[0], -signal.SIGTERM)
        self.check(completed=None)

    def test_a_run_in_a_thread(self):
        code, _, err = self.finish(
            self.start(
                "def work():\n"
                "    with scraper_run('inflexer', run_id='one'): record_cleanup('campaign', 3)\n"
                "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
            )
        )
        self.assertEqual((code, err), (0, ""))
        self.check(completed=1)

    def test_a_run_that_nobody_ended_before_the_program_did(self):
        process = self.start(
            "def work():\n"
            "    with scraper_run('inflexer', run_id='one'):\n"
            "        record_cleanup('campaign', 3); open_.set(); time.sleep(60)\n"
            "open_ = threading.Event()\n"
            "threading.Thread(target=work, daemon=True).start(); open_.wait()\n"
        )
        self.assertEqual(self.finish(process)[0], 0)
        self.check(completed=0)

    @unittest.skipUnless(hasattr(os, "fork"), "no fork on this system")
    def test_a_forked_child_ends_no_run_and_dies_by_sigterm_as_before(self):
        process = self.start(
            "with scraper_run('inflexer', run_id='one') as run:\n"
            "    record_cleanup('campaign', 3)\n"
            "    if os.fork() == 0:\n"
            "        record_cleanup('campaign', 100)\n"
            "        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL\n"
            "        sys.exit(7)\n"
            "    assert os.waitstatus_to_exitcode(os.wait()[1]) == 7\n"
            "    child = os.fork()\n"
            "    if child == 0: time.sleep(20); os._exit(1)\n"
            "    os.kill(child, signal.SIGTERM)\n"
            "    assert os.waitstatus_to_exitcode(os.wait()[1]) == -signal.SIGTERM\n"
            "    record_cleanup('campaign', 1)\n"
        )
        code, _, err = self.finish(process)
        self.assertEqual((code, err), (0, ""))
        self.check(completed=1, rows=4)

    def test_a_gateway_that_is_down_changes_neither_the_exit_code_nor_the_output(self):
        began = time.monotonic()
        code, out, err = self.finish(
            self.start(
                UNTIL_SAID
                + "with scraper_run('inflexer', final_timeout=0.5): print('work done'); said.wait(20)\n"
                + "sys.exit(3)",
                PUSHGATEWAY_URL=f"http://127.0.0.1:{free_port()}",
            )
        )
        self.assertEqual((code, out), (3, "work done\n"))
        self.assertIn("could not push run", err)
        self.assertLess(time.monotonic() - began, 10)

    def test_a_type_conflict_is_named_by_the_log(self):
        body = b"# TYPE reviewmaps_cleanup_deleted_rows_total gauge\nreviewmaps_cleanup_deleted_rows_total 1\n"
        request = urllib.request.Request(f"{self.gateway.url}/metrics/job/scraper/run/poison", data=body, method="PUT")
        urllib.request.urlopen(request, timeout=5).close()
        process = self.start(
            UNTIL_SAID
            + "with scraper_run('inflexer', interval=0.1, final_timeout=0.3): record_cleanup('campaign', 3); said.wait(20)"
        )
        code, _, err = self.finish(process)
        self.assertEqual(code, 0)
        self.assertIn("the gateway answered 400", err)
        self.assertIn("reviewmaps_cleanup_deleted_rows_total", err)

    def test_ten_at_once_have_ten_groups(self):
        processes = [
            self.start(f"with scraper_run('inflexer'): record_cleanup('campaign', {rows})") for rows in range(1, 11)
        ]
        self.assertEqual([self.finish(process)[0] for process in processes], [0] * 10)
        groups = self.gateway.groups().values()
        self.assertEqual(sorted(group.value(DELETED, table_name="campaign") for group in groups), list(range(1, 11)))
        self.assertEqual({group.completed for group in groups}, {1})

    def test_a_retried_last_push_leaves_one_group_with_the_same_values(self):
        process = self.start(
            "from reviewmaps_monitoring import gateway\n"
            "real = gateway.Gateway.put\n"
            "def lossy(self, key, body, timeout):\n"
            "    real(self, key, body, timeout)\n"
            "    if b'run_completed' in body and not lost:\n"
            "        lost.append(1)\n"
            "        raise OSError('the answer was lost')\n"
            "lost = []\n"
            "gateway.Gateway.put = lossy\n"
            "with scraper_run('inflexer', run_id='one'): record_cleanup('campaign', 3)\n"
            "assert lost\n"
        )
        self.assertEqual(self.finish(process)[0], 0)
        self.check(completed=1)
        self.assertEqual(len(self.gateway.groups()), 1)


class MultiprocessTest(unittest.TestCase):
    """Several workers of one web server, as PROMETHEUS_MULTIPROC_DIR joins them."""

    SITE = """
import logging
from tests import django_site
logging.getLogger("django").setLevel(logging.CRITICAL + 1)
from django.test import Client
client = Client(raise_request_exception=False)
"""

    def run_worker(self, code, directory):
        done = subprocess.run(
            [sys.executable, "-c", self.SITE + code],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": directory},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_a_worker_shows_what_all_of_them_counted(self):
        with tempfile.TemporaryDirectory() as directory:
            for _ in range(2):
                self.run_worker("client.get('/fails/1/')", directory)
            text = self.run_worker("client.get('/fails/2/'); print(client.get('/metrics').content.decode())", directory)
        self.assertIn('reviewmaps_exceptions_total{exception_type="ZeroDivisionError",view_name="fails"} 3.0', text)
