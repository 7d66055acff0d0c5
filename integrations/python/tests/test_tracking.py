import asyncio
import socket
import unittest
import urllib.error
from concurrent.futures import TimeoutError as FutureTimeout

from prometheus_client import CollectorRegistry

from reviewmaps_monitoring import Metrics, track_enrichment, track_naver_call
from reviewmaps_monitoring.metrics import default_metrics


class Answer:
    def __init__(self, status_code):
        self.status_code = status_code


class HttpError(Exception):
    """What requests and httpx raise: the answer is at hand."""

    def __init__(self, status_code):
        super().__init__(f"answered {status_code}")
        self.response = Answer(status_code)


class ReadTimeout(Exception):
    """A timeout by its name alone, as HTTP libraries have them."""


class TrackingTest(unittest.TestCase):
    def setUp(self):
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)

    def calls(self, status, endpoint="local"):
        labels = {"endpoint": endpoint, "status_code": status}
        return self.registry.get_sample_value("reviewmaps_naver_api_calls_total", labels)

    def timed(self):
        return self.registry.get_sample_value("reviewmaps_naver_api_duration_seconds_count", {"endpoint": "local"})

    def enrichments(self, status):
        return self.registry.get_sample_value("reviewmaps_enrichment_total", {"scope": "서울", "status": status})

    def raises(self, error):
        """The exception goes through a tracked block as the same object."""
        with self.assertRaises(type(error)) as caught:
            with self.metrics.track_naver_call("local"):
                raise error
        self.assertIs(caught.exception, error)


class NaverCallTest(TrackingTest):
    def test_a_block_says_its_status_as_a_number_or_an_answer(self):
        for said in (404, "404", Answer(404)):
            with self.metrics.track_naver_call("local") as call:
                call.status(said)
        self.assertEqual((self.calls("404"), self.timed()), (3, 3))

    def test_aiohttp_and_urllib_answers_are_read_by_their_status(self):
        class Other:
            status = 201

        with self.metrics.track_naver_call("local") as call:
            call.status(Other())
        self.assertEqual(self.calls("201"), 1)

    def test_a_block_that_says_nothing_and_ends_is_a_200(self):
        with self.metrics.track_naver_call("local"):
            pass
        self.assertEqual(self.calls("200"), 1)

    def test_the_status_of_an_exception_s_answer_counts(self):
        self.raises(HttpError(429))
        self.assertEqual(self.calls("429"), 1)
        self.assertEqual(self.registry.get_sample_value("reviewmaps_naver_api_rate_limit_hits_total"), 1)

    def test_the_status_is_found_behind_an_exception_of_the_program(self):
        wrapped = RuntimeError("no places")
        wrapped.__cause__ = HttpError(503)
        self.raises(wrapped)
        self.raises(urllib.error.HTTPError("http://x", 502, "Bad Gateway", None, None))
        self.assertEqual((self.calls("503"), self.calls("502")), (1, 1))

    def test_an_answer_that_was_said_stays_when_reading_it_fails(self):
        with self.assertRaises(ValueError):
            with self.metrics.track_naver_call("local") as call:
                call.status(200)
                raise ValueError("no JSON")
        self.assertEqual(self.calls("200"), 1)

    def test_what_timed_out_counts_as_timeout(self):
        wrapped = ConnectionError(ReadTimeout())
        errors = (TimeoutError(), socket.timeout(), asyncio.TimeoutError(), FutureTimeout(), ReadTimeout(), wrapped)
        for error in (*errors, urllib.error.URLError(socket.timeout("timed out"))):
            self.raises(error)
        self.assertEqual((self.calls("timeout"), self.timed()), (7, 7))

    def test_every_other_exception_without_an_answer_counts_as_error(self):
        for error in (ConnectionRefusedError(), OSError(), ValueError(404), KeyboardInterrupt(), SystemExit(143)):
            self.raises(error)
        self.assertEqual((self.calls("error"), self.timed()), (5, 5))

    def test_exceptions_with_odd_attributes_go_through(self):
        class Odd(Exception):
            @property
            def response(self):
                raise RuntimeError("no answer was read")

        self.raises(Odd())
        self.assertEqual(self.calls("200"), None)
        self.assertEqual(self.calls("error"), 1)

    def test_a_decorated_function_returns_its_answer_and_is_counted_by_it(self):
        @self.metrics.track_naver_call("local")
        def search(query, *, page=1):
            """Searches."""
            return Answer(200 + page)

        answer = search("카페", page=4)
        self.assertEqual((answer.status_code, search.__name__, search.__doc__), (204, "search", "Searches."))
        self.assertEqual(self.calls("204"), 1)

    def test_a_decorated_coroutine_is_timed_until_it_ends(self):
        @self.metrics.track_naver_call("local")
        async def search(fail):
            await asyncio.sleep(0.06)
            if fail:
                raise HttpError(500)
            return Answer(200)

        async def both():
            return await asyncio.gather(search(False), search(True), return_exceptions=True)

        answer, error = asyncio.run(both())
        self.assertEqual((answer.status_code, type(error)), (200, HttpError))
        self.assertEqual((self.calls("200"), self.calls("500")), (1, 1))
        fast = {"endpoint": "local", "le": "0.05"}
        self.assertEqual(self.registry.get_sample_value("reviewmaps_naver_api_duration_seconds_bucket", fast), 0)

    def test_a_cancelled_call_counts_as_error(self):
        async def cancelled():
            async with self.metrics.track_naver_call("local"):
                await asyncio.sleep(60)

        async def main():
            task = asyncio.ensure_future(cancelled())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(main())
        self.assertEqual(self.calls("error"), 1)

    def test_generators_are_timed_until_their_reader_has_had_enough(self):
        @self.metrics.track_naver_call("local")
        def pages():
            yield from (1, 2, 3)

        @self.metrics.track_naver_call("local")
        async def async_pages():
            for page in (1, 2):
                yield page

        async def read():
            return [page async for page in async_pages()]

        self.assertEqual(list(pages()), [1, 2, 3])
        self.assertEqual(asyncio.run(read()), [1, 2])
        left = pages()
        next(left)
        self.assertEqual(self.timed(), 2)
        left.close()
        self.assertEqual((self.timed(), self.calls("200"), self.calls("error")), (3, 3, None))

    def test_the_module_s_function_counts_for_this_process(self):
        labels = {"endpoint": "module", "status_code": "418"}
        default_metrics()
        with track_naver_call("module") as call:
            call.status(418)
        from prometheus_client import REGISTRY

        self.assertEqual(REGISTRY.get_sample_value("reviewmaps_naver_api_calls_total", labels), 1)


class EnrichmentTest(TrackingTest):
    def test_a_block_that_ends_succeeded(self):
        with self.metrics.track_enrichment("서울"):
            pass
        self.assertEqual((self.enrichments("success"), self.enrichments("failed")), (1, None))

    def test_a_block_that_raises_failed_and_the_exception_goes_on(self):
        error = ValueError("no place")
        with self.assertRaises(ValueError) as caught:
            with self.metrics.track_enrichment("서울"):
                raise error
        self.assertIs(caught.exception, error)
        self.assertEqual((self.enrichments("success"), self.enrichments("failed")), (None, 1))

    def test_a_block_can_say_that_it_failed(self):
        with self.metrics.track_enrichment("서울") as enrichment:
            enrichment.fail()
        self.assertEqual((self.enrichments("success"), self.enrichments("failed")), (None, 1))

    def test_a_decorated_function_succeeds_whatever_it_returns(self):
        @track_enrichment("all")
        def enrich():
            return Answer(500)

        registry_before = self.read_default("success") or 0
        enrich()
        self.assertEqual(self.read_default("success"), registry_before + 1)

    def read_default(self, status):
        from prometheus_client import REGISTRY

        return REGISTRY.get_sample_value("reviewmaps_enrichment_total", {"scope": "all", "status": status})


class HttpLibrariesTest(TrackingTest):
    """The exceptions of the libraries themselves, where they are installed."""

    def test_requests(self):
        try:
            import requests
        except ImportError:
            self.skipTest("requests is not installed")
        response = requests.Response()
        response.status_code = 429
        self.raises(requests.HTTPError(response=response))
        self.raises(requests.ConnectTimeout())
        self.raises(requests.ConnectionError())
        self.assertEqual((self.calls("429"), self.calls("timeout"), self.calls("error")), (1, 1, 1))

    def test_httpx(self):
        try:
            import httpx
        except ImportError:
            self.skipTest("httpx is not installed")
        request = httpx.Request("GET", "http://127.0.0.1")
        response = httpx.Response(403, request=request)
        self.raises(httpx.HTTPStatusError("no", request=request, response=response))
        self.raises(httpx.ReadTimeout("slow"))
        self.raises(httpx.ConnectError("down"))
        self.assertEqual((self.calls("403"), self.calls("timeout"), self.calls("error")), (1, 1, 1))
