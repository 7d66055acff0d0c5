import asyncio
import logging
import pickle
import unittest
from unittest import mock

from . import django_site  # noqa: F401  (configures Django)
from .values import forget_what_was_said

from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.test.client import AsyncRequestFactory
from prometheus_client import REGISTRY

from reviewmaps_monitoring import middleware as module
from reviewmaps_monitoring.middleware import ExceptionMetricsMiddleware


def counted():
    """Every series of the metric, by exception and view."""
    return {
        (sample.labels["exception_type"], sample.labels["view_name"]): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "reviewmaps_exceptions_total"
    }


class Case(unittest.TestCase):
    def setUp(self):
        forget_what_was_said()
        logging.getLogger("django").setLevel(logging.CRITICAL + 1)
        self.before = counted()

    def new(self):
        """What was counted since the test began."""
        return {key: value - self.before.get(key, 0) for key, value in counted().items() if value != self.before.get(key)}

    def get(self, path, **headers):
        return Client(raise_request_exception=False).get(path, **headers)

    def get_async(self, path, **headers):
        async def get():
            client = AsyncClient()
            client.raise_request_exception = False
            return await client.get(path, **headers)

        return asyncio.run(get())


class ViewsTest(Case):
    def both(self, path, status, expected, **headers):
        """The same through WSGI and through ASGI."""
        for get in (self.get, self.get_async):
            with self.subTest(get.__name__):
                self.before = counted()
                self.assertEqual(get(path, **headers).status_code, status)
                self.assertEqual(self.new(), expected)

    def test_a_view_that_raises_is_counted_by_its_name_and_not_by_its_path(self):
        self.both("/fails/4711/", 500, {("ZeroDivisionError", "fails"): 1})

    def test_a_view_without_a_name_is_counted_by_its_dotted_path(self):
        self.both("/unnamed/secret-token/", 500, {("ZeroDivisionError", "tests.django_site.fails"): 1})

    def test_a_callable_object_and_a_partial_are_counted_by_what_django_calls_them(self):
        self.both("/object/", 500, {("ArithmeticError", "tests.django_site.Callable"): 1})
        self.both("/partial/", 500, {("ZeroDivisionError", "functools.partial"): 1})

    def test_an_async_view_that_raises_is_counted(self):
        self.both("/async/", 500, {("Handled", "fails-async"): 1})

    def test_a_class_based_view_is_counted_with_its_namespace(self):
        self.both("/board/7/", 500, {("TypeError", "board:detail"): 1})

    def test_a_class_based_view_without_a_name_is_counted_by_its_class(self):
        self.both("/board/unnamed/", 500, {("TypeError", "board:tests.django_site.Board"): 1})

    def test_what_rendering_a_response_raises_is_the_view_s(self):
        self.both("/rendering/", 500, {("OverflowError", "rendering"): 1})

    def test_a_view_that_answers_and_an_url_that_does_not_exist_are_not_counted(self):
        self.both("/ok/", 200, {})
        self.both("/wp-login.php", 404, {})

    def test_what_django_answers_with_a_4xx_is_not_counted(self):
        for kind, (_, status) in django_site.ANSWERED_WITH_4XX.items():
            self.both(f"/refuses/{kind}/", status, {})

    def test_another_middleware_that_raises_is_counted_once(self):
        self.both("/ok/", 500, {("LookupError", "<unresolved>"): 1}, **self.header("before"))
        self.both("/ok/", 500, {("BufferError", "tests.django_site.ok"): 1}, **self.header("after"))

    def test_a_view_and_then_a_middleware_that_raise_in_one_request_are_two(self):
        expected = {("ZeroDivisionError", "fails"): 1, ("BufferError", "fails"): 1}
        self.both("/fails/1/", 500, expected, **self.header("after"))

    def header(self, value):
        # The async client takes a header by its own name, the other one by META's.
        return {"X_MIDDLEWARE": value, "HTTP_X_MIDDLEWARE": value}

    def test_one_exception_object_raised_by_every_request_counts_every_time(self):
        for _ in range(3):
            self.get("/reused/")
        self.assertEqual(self.new(), {("Handled", "reused"): 3})

    def test_a_counted_exception_can_be_pickled(self):
        self.get("/reused/")
        self.assertEqual(str(pickle.loads(pickle.dumps(django_site.REUSED))), str(django_site.REUSED))


class SettingsTest(Case):
    def test_the_ignored_classes_are_those_of_the_setting(self):
        with override_settings(REVIEWMAPS_MONITORING={"ignore": ["builtins.ArithmeticError"]}):
            self.get("/fails/1/")
            self.get("/object/")
            self.get("/refuses/missing/")
        self.assertEqual(self.new(), {("Http404", "refuses"): 1})
        self.get("/fails/1/")
        self.assertEqual(self.new()[("ZeroDivisionError", "fails")], 1)

    def test_views_beyond_the_limit_are_other(self):
        with override_settings(REVIEWMAPS_MONITORING={"max_views": 1}):
            self.get("/fails/1/")
            self.get("/board/7/")
            self.get("/fails/1/")
        self.assertEqual(self.new(), {("ZeroDivisionError", "fails"): 2, ("TypeError", "other"): 1})

    def test_a_class_that_cannot_be_imported_is_said_and_the_rest_holds(self):
        with override_settings(REVIEWMAPS_MONITORING={"ignore": ["shop.errors.Gone", "builtins.TypeError", "json.dumps"]}):
            with self.assertLogs("reviewmaps_monitoring", logging.WARNING) as logs:
                self.get("/board/7/")
                self.get("/fails/1/")
        self.assertIn("shop.errors.Gone", logs.output[0])
        self.assertIn("json.dumps", logs.output[1])
        self.assertEqual(self.new(), {("ZeroDivisionError", "fails"): 1})

    def test_a_setting_that_is_none_leaves_the_defaults(self):
        for wrong in ("yes", {"max_views": "many"}, {"ignore": 4}):
            forget_what_was_said()
            with override_settings(REVIEWMAPS_MONITORING=wrong), self.assertLogs("reviewmaps_monitoring", logging.ERROR):
                self.assertEqual(self.get("/fails/1/").status_code, 500)
                self.assertEqual(self.get("/refuses/missing/").status_code, 404)
        self.assertEqual(self.new(), {("ZeroDivisionError", "fails"): 3})

    def test_an_unknown_key_is_said(self):
        with override_settings(REVIEWMAPS_MONITORING={"max_view": 3}):
            with self.assertLogs("reviewmaps_monitoring", logging.WARNING) as logs:
                self.get("/fails/1/")
        self.assertIn('knows no "max_view"', logs.output[0])


class TransparencyTest(Case):
    """What the client gets is what it gets without the middleware."""

    PATHS = ("/ok/", "/fails/1/", "/async/", "/board/7/", "/refuses/denied/", "/refuses/missing/", "/none/")

    def answers(self, get):
        answers = [get(path) for path in self.PATHS]
        return [(answer.status_code, answer.content, sorted(answer.items())) for answer in answers]

    def check(self, get):
        without = [name for name in django_site.settings.MIDDLEWARE if "reviewmaps" not in name]
        with override_settings(MIDDLEWARE=without):
            expected = self.answers(get)
        self.assertEqual(self.answers(get), expected)
        return expected

    def test_with_working_metrics(self):
        self.check(self.get)
        self.check(self.get_async)

    def test_with_metrics_that_raise(self):
        with mock.patch.object(module, "default_metrics", side_effect=RuntimeError("no metrics")):
            with self.assertLogs("reviewmaps_monitoring", logging.WARNING) as logs:
                self.check(self.get)
                self.check(self.get_async)
        self.assertEqual(len(logs.output), 2)  # one for preparing, one for counting
        self.assertEqual(self.new(), {})

    def test_the_exception_reaches_a_client_that_asks_for_it(self):
        with self.assertRaisesRegex(ZeroDivisionError, "in the view"):
            Client().get("/fails/1/")

    def test_metrics_that_raise_do_not_take_the_place_of_the_exception(self):
        with mock.patch.object(module, "default_metrics", side_effect=RuntimeError("no metrics")):
            with self.assertLogs("reviewmaps_monitoring", logging.WARNING):
                with self.assertRaisesRegex(ZeroDivisionError, "in the view"):
                    Client().get("/fails/1/")


class DirectTest(Case):
    """Without a handler around it."""

    def test_a_request_that_was_not_resolved_has_no_path_in_its_name(self):
        instance = ExceptionMetricsMiddleware(lambda request: None)
        self.assertIsNone(instance.process_exception(RequestFactory().get("/secret/path/"), ValueError()))
        self.assertEqual(self.new(), {("ValueError", "<unresolved>"): 1})

    def test_it_answers_with_what_it_wraps(self):
        instance = ExceptionMetricsMiddleware(lambda request: ("answer to", request))
        request = RequestFactory().get("/")
        self.assertEqual(instance(request), ("answer to", request))

    def test_around_a_coroutine_it_is_one_to_django(self):
        async def answer(request):
            return request.path

        instance = ExceptionMetricsMiddleware(answer)
        self.assertTrue(django_site.iscoroutinefunction(instance))
        self.assertEqual(asyncio.run(instance(AsyncRequestFactory().get("/x/"))), "/x/")
        self.assertFalse(django_site.iscoroutinefunction(ExceptionMetricsMiddleware(lambda request: None)))

    def test_an_exception_that_takes_no_mark_is_counted(self):
        class Sealed(Exception):
            def __setattr__(self, name, value):
                raise TypeError("sealed")

        instance = ExceptionMetricsMiddleware(lambda request: None)
        with self.assertLogs("reviewmaps_monitoring", logging.WARNING):
            instance.process_exception(RequestFactory().get("/"), Sealed())
        self.assertEqual(self.new(), {("Sealed", "<unresolved>"): 1})


class NinjaTest(Case):
    def setUp(self):
        super().setUp()
        try:
            import ninja  # noqa: F401
        except ImportError:
            self.skipTest("django-ninja is not installed")

    def test_an_operation_that_raises_is_counted_with_the_api_s_namespace(self):
        self.assertEqual(self.get("/api/unhandled").status_code, 500)
        self.assertEqual(self.get_async("/api/unhandled").status_code, 500)
        self.assertEqual(self.new(), {("ZeroDivisionError", "api-1.0.0:unhandled"): 2})

    def test_an_async_operation_that_raises_is_counted(self):
        self.assertEqual(self.get_async("/api/unhandled-async").status_code, 500)
        self.assertEqual(self.new(), {("ZeroDivisionError", "api-1.0.0:unhandled-async"): 1})

    def test_an_operation_without_an_url_name_is_counted_by_its_function(self):
        self.assertEqual(self.get("/api/unnamed").status_code, 500)
        self.assertEqual(self.new(), {("ZeroDivisionError", "api-1.0.0:without_url_name"): 1})

    def test_what_ninja_answers_itself_never_reaches_the_middleware(self):
        answers = [self.get(f"/api/{path}").status_code for path in ("http-error", "handled", "validation/x")]
        self.assertEqual(answers, [500, 503, 422])
        self.assertEqual(self.new(), {})

    def test_with_debug_ninja_answers_every_exception_itself(self):
        with override_settings(DEBUG=True):
            self.assertEqual(self.get("/api/unhandled").status_code, 500)
        self.assertEqual(self.new(), {})


class MetricsPageTest(Case):
    def test_django_prometheus_shows_the_metrics_of_requests_that_raised(self):
        self.get("/fails/1/")
        from reviewmaps_monitoring import track_naver_call

        with track_naver_call("page") as call:
            call.status(429)
        text = self.get("/metrics").content.decode()
        self.assertIn('reviewmaps_exceptions_total{exception_type="ZeroDivisionError",view_name="fails"}', text)
        self.assertIn('reviewmaps_naver_api_calls_total{endpoint="page",status_code="429"} 1.0', text)
        self.assertIn("# TYPE reviewmaps_naver_api_rate_limit_hits_total counter", text)
        self.assertIn("django_http_exceptions_total_by_type_total", text)
        # A run's own gauges have no place in a process that is scraped.
        self.assertNotIn("reviewmaps_scraper_run", text)
