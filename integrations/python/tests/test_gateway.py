import base64
import os
import shutil
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from reviewmaps_monitoring import scraper_run
from reviewmaps_monitoring.gateway import Gateway, Refused, group_path

from .stub_gateway import StubGateway

KEY = {"job": "scraper", "run": "a-1", "scraper": "inflexer"}


class GroupPathTest(unittest.TestCase):
    def test_plain_values_are_segments_and_the_job_comes_first(self):
        self.assertEqual(group_path(KEY), "/metrics/job/scraper/run/a-1/scraper/inflexer")

    def test_everything_else_is_base64(self):
        for value, encoded in (("", "="), ("a b", "YSBi"), ("a/b", "YS9i"), ("..", "Li4"), ("서울", "7ISc7Jq4"), ("+", "Kw")):
            with self.subTest(value):
                self.assertEqual(group_path({"job": "j", "run": value}), f"/metrics/job/j/run@base64/{encoded}")

    def test_a_job_can_be_base64_too(self):
        self.assertEqual(group_path({"job": "a b"}), "/metrics/job@base64/YSBi")


class AddressTest(unittest.TestCase):
    def test_what_is_no_address_is_refused_with_a_sentence(self):
        for url, sentence in (
            ("pushgateway:9091", "is no address"),
            ("ftp://x", "is no address"),
            ("http://", "is no address"),
            ("http://x/?a=1", '"\\?" or "#" part'),
            ("http://x/metrics", "ends in /metrics"),
            ("http://x/metrics/job/a", "ends in /metrics"),
        ):
            with self.subTest(url), self.assertRaisesRegex(ValueError, sentence):
                Gateway(url)

    def test_a_path_before_the_gateway_s_own_is_kept(self):
        self.assertEqual(Gateway(" http://x:1/push/ ").url, "http://x:1/push")

    def test_an_authority_that_cannot_be_read_is_named(self):
        for ca in ("/nonexistent/ca.pem", "-----BEGIN CERTIFICATE-----\nno"):
            with self.assertRaisesRegex(ValueError, "PUSHGATEWAY_CA is neither"):
                Gateway("https://x", ca=ca)

    def test_a_token_that_no_header_can_carry_is_not_shown(self):
        with self.assertRaises(ValueError) as caught:
            Gateway("http://x", token="geheim\n")
        self.assertNotIn("geheim", str(caught.exception))


class PutTest(unittest.TestCase):
    def stub(self, *answers, **options):
        stub = StubGateway(*answers, **options)
        self.addCleanup(stub.stop)
        return stub

    def test_it_puts_text_to_the_group(self):
        stub = self.stub()
        Gateway(stub.url).put(KEY, b"a 1\n", 5)
        (push,) = stub.pushes
        self.assertEqual((push.path, push.body), ("/metrics/job/scraper/run/a-1/scraper/inflexer", "a 1\n"))
        self.assertEqual(push.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertIsNone(push.headers["Authorization"])

    def test_basic_and_bearer_authentication(self):
        stub = self.stub()
        Gateway(stub.url, username="사용자", password="p:w").put(KEY, b"", 5)
        Gateway(stub.url, token="abc", username="ignored").put(KEY, b"", 5)
        Gateway(stub.url.replace("//", "//user:p%40ss@")).put(KEY, b"", 5)
        sent = [push.headers["Authorization"] for push in stub.pushes]
        self.assertEqual(
            sent,
            [
                "Basic " + base64.b64encode("사용자:p:w".encode()).decode(),
                "Bearer abc",
                "Basic " + base64.b64encode(b"user:p@ss").decode(),
            ],
        )

    def test_a_refusal_says_what_the_gateway_said(self):
        stub = self.stub(lambda push: (400, "pushed metrics are invalid\n"))
        with self.assertRaises(Refused) as caught:
            Gateway(stub.url).put(KEY, b"", 5)
        self.assertEqual(str(caught.exception), "the gateway answered 400: pushed metrics are invalid")
        self.assertFalse(caught.exception.for_good)

    def test_only_what_asking_again_can_change_is_asked_again(self):
        for status, for_good in ((400, False), (401, True), (403, True), (404, True), (429, False), (500, False), (503, False)):
            with self.subTest(status):
                self.assertEqual(Refused(status, "").for_good, for_good)

    def test_a_redirect_is_a_refusal_and_no_credentials_travel_on(self):
        other = self.stub()
        stub = self.stub(lambda push: (307, other.url + push.path))
        with self.assertRaises(Refused):
            Gateway(stub.url, token="abc").put(KEY, b"", 5)
        self.assertEqual(other.pushes, [])

    def test_an_answer_that_no_gateway_gives_is_a_refusal(self):
        stub = self.stub(lambda push: (204, ""))
        with self.assertRaisesRegex(Refused, "not what a Pushgateway answers"):
            Gateway(stub.url).put(KEY, b"", 5)

    def test_a_gateway_that_hangs_is_given_up(self):
        stub = self.stub(lambda push: None)
        with self.assertRaises(OSError):
            Gateway(stub.url).put(KEY, b"", 0.2)


class TlsTest(unittest.TestCase):
    def setUp(self):
        if shutil.which("openssl") is None:
            self.skipTest("no openssl on the PATH")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.certificate = Path(folder.name, "ca.pem")
        key = Path(folder.name, "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
            + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(self.certificate)],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.stub = StubGateway(tls=context)
        self.addCleanup(self.stub.stop)

    def test_the_authority_is_trusted_as_a_file_and_as_text(self):
        for ca in (str(self.certificate), self.certificate.read_text()):
            Gateway(self.stub.url, ca=ca).put(KEY, b"", 5)
        self.assertEqual(len(self.stub.pushes), 2)

    def test_a_run_takes_it_from_the_environment(self):
        variables = {"PUSHGATEWAY_URL": self.stub.url, "PUSHGATEWAY_CA": str(self.certificate)}
        with mock.patch.dict(os.environ, variables), scraper_run("inflexer"):
            pass
        self.assertIn("reviewmaps_scraper_run_completed 1.0", self.stub.pushes[-1].body)

    def test_without_it_nothing_is_sent(self):
        with self.assertRaisesRegex(OSError, "CERTIFICATE_VERIFY_FAILED"):
            Gateway(self.stub.url, token="abc").put(KEY, b"", 5)
        self.assertEqual(self.stub.pushes, [])
