"""The examples of the README are run, and its translation has the same ones."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path

from . import django_site  # noqa: F401  (configures Django)
from .real_gateway import RealGateway

PROJECT = Path(__file__).resolve().parent.parent

# What the scraper's example takes from its program.
SCRAPER = """
class Campaign:
    name = "카페"
class Response:
    status_code = 200
    def json(self): return {"items": ["place"]}
class session:
    get = staticmethod(lambda *_, **__: Response())
def campaigns(): return [Campaign(), Campaign()]
def delete_expired(): return 12
"""


def examples(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    return dict(re.findall(r"<!-- example: (\w+) -->\n```\w+\n(.*?)```", text, re.DOTALL))


def links(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    return re.findall(r"\]\(([^)]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


class PagesTest(unittest.TestCase):
    def test_the_translations_have_the_same_code(self):
        for page in ("README", "MIGRATION"):
            with self.subTest(page):
                blocks = [
                    re.findall(r"```.*?```", (PROJECT / name).read_text(encoding="utf-8"), re.DOTALL)
                    for name in (f"{page}.md", f"{page}.ko.md")
                ]
                self.assertEqual([self.code(block) for block in blocks[0]], [self.code(block) for block in blocks[1]])

    def code(self, block):
        """The lines without comments, which are translated."""
        lines = (re.sub(r"(^|\s)(#|//) .*", "", line).rstrip() for line in block.splitlines())
        return [line for line in lines if line]

    def test_links_lead_somewhere(self):
        for page in ("README.md", "README.ko.md", "MIGRATION.md", "MIGRATION.ko.md"):
            for link in links(page):
                path, _, anchor = link.partition("#")
                target = PROJECT / (path or page)
                with self.subTest(page=page, link=link):
                    self.assertTrue(target.exists())
                    if anchor:
                        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                        anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
                        self.assertIn(anchor, anchors)


class ExamplesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.examples = examples("README.md")

    def test_django_s_lines_are_those_that_the_tests_run_with(self):
        found = {}
        exec(self.examples["settings"], found)
        exec(self.examples["options"], found)
        exec(self.examples["urls"], found)
        ours = [name for name in found["MIDDLEWARE"] if "reviewmaps" in name or "prometheus" in name]
        self.assertEqual(ours, [name for name in django_site.settings.MIDDLEWARE if "raising" not in name])
        self.assertEqual(set(found["REVIEWMAPS_MONITORING"]), {"ignore", "max_views"})
        self.assertTrue(found["urlpatterns"])

    def test_gunicorn_s_hook_calls_what_the_client_has(self):
        found = {}
        exec(self.examples["gunicorn"], found)
        with tempfile.TemporaryDirectory() as directory:
            gauge = Path(directory, "gauge_liveall_4711.db")
            gauge.touch()
            before = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
            try:
                found["child_exit"](None, types.SimpleNamespace(pid=4711))
            finally:
                os.environ.pop("PROMETHEUS_MULTIPROC_DIR")
                if before is not None:
                    os.environ["PROMETHEUS_MULTIPROC_DIR"] = before
            self.assertFalse(gauge.exists())

    def test_ninja_s_handler_counts(self):
        try:
            import ninja
        except ImportError:
            self.skipTest("django-ninja is not installed")
        from django.test import RequestFactory
        from prometheus_client import REGISTRY

        class PaymentFailed(Exception):
            pass

        api = ninja.NinjaAPI(urls_namespace="readme")
        found = {"api": api, "PaymentFailed": PaymentFailed}
        exec(self.examples["ninja"], found)
        request = RequestFactory().get("/")
        request.resolver_match = types.SimpleNamespace(view_name="api:pay")
        self.assertEqual(found["payment_failed"](request, PaymentFailed()).status_code, 502)
        labels = {"exception_type": "PaymentFailed", "view_name": "api:pay"}
        self.assertEqual(REGISTRY.get_sample_value("reviewmaps_exceptions_total", labels), 1)


class PushingExamplesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.examples = examples("README.md")
        cls.gateway = RealGateway()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.stop()

    def group(self, scraper):
        (group,) = (group for group in self.gateway.groups().values() if group.labels["scraper"] == scraper)
        return group

    def run_example(self, *command):
        environment = {**os.environ, "PUSHGATEWAY_URL": self.gateway.url}
        done = subprocess.run(
            command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
        )
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_scraper(self):
        self.run_example(sys.executable, "-c", SCRAPER + self.examples["scraper"])
        group = self.group("inflexer")
        calls = {"endpoint": "local-search", "status_code": "200"}
        self.assertEqual(group.value("reviewmaps_naver_api_calls_total", **calls), 2)
        self.assertEqual(group.value("reviewmaps_enrichment_total", scope="서울", status="success"), 2)
        self.assertEqual(group.value("reviewmaps_cleanup_deleted_rows_total", table_name="campaign"), 12)
        self.assertEqual(group.completed, 1)

    def test_curl(self):
        if shutil.which("curl") is None:
            self.skipTest("no curl on the PATH")
        self.run_example("sh", "-eu", "-c", self.examples["curl"])
        group = self.group("네이버 카페")
        self.assertEqual(sorted(group.labels), ["job", "run", "scraper"])
        calls = {"endpoint": "local-search", "status_code": "200"}
        self.assertEqual(group.value("reviewmaps_naver_api_calls_total", **calls), 3)
        self.assertEqual(group.value("reviewmaps_cleanup_deleted_rows", table_name="campaign"), 12)
        self.assertEqual(group.completed, 1)
