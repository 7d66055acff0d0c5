"""A small Django site: import it before anything of Django's is used."""

import functools

import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="tests",
    ROOT_URLCONF="tests.django_site",
    USE_TZ=True,
    INSTALLED_APPS=["django_prometheus"],
    DATABASES={},
    LOGGING_CONFIG=None,
    MIDDLEWARE=[
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        "tests.django_site.raising_middleware",
        "reviewmaps_monitoring.middleware.ExceptionMetricsMiddleware",
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ],
)
django.setup()

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation  # noqa: E402
from django.http import Http404, HttpResponse  # noqa: E402
from django.template.response import SimpleTemplateResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.decorators import sync_and_async_middleware  # noqa: E402
from django.views import View  # noqa: E402

try:
    from asgiref.sync import iscoroutinefunction
except ImportError:
    from asyncio import iscoroutinefunction


@sync_and_async_middleware
def raising_middleware(get_response):
    """Raises where a header of the request says so; stands outside of the middleware under test."""

    def check(request):
        if request.META.get("HTTP_X_MIDDLEWARE") == "before":
            raise LookupError("before the view")

    def check_after(request):
        if request.META.get("HTTP_X_MIDDLEWARE") == "after":
            raise BufferError("after the view")

    if iscoroutinefunction(get_response):

        async def middleware(request):
            check(request)
            response = await get_response(request)
            check_after(request)
            return response

    else:

        def middleware(request):
            check(request)
            response = get_response(request)
            check_after(request)
            return response

    return middleware


class Handled(Exception):
    """A class of the program's own."""


def ok(request):
    return HttpResponse("fine")


def fails(request, **_):
    raise ZeroDivisionError("in the view")


async def fails_async(request):
    raise Handled("in the async view")


REUSED = Handled("one object, raised again and again")


def fails_with_one_object(request):
    raise REUSED


def fails_in_rendering(request):
    class Broken(SimpleTemplateResponse):
        @property
        def rendered_content(self):
            raise OverflowError("while rendering")

    return Broken("none.html")


class Board(View):
    def get(self, request, number=0):
        raise TypeError("in a class-based view")


ANSWERED_WITH_4XX = {
    "missing": (Http404, 404),
    "denied": (PermissionDenied, 403),
    "bad": (BadRequest, 400),
    "suspicious": (type("DisallowedThing", (SuspiciousOperation,), {}), 400),
}


def refuses(request, kind):
    raise ANSWERED_WITH_4XX[kind][0]("refused")


class Callable:
    """A view that has neither a name of its own nor one in the URLs."""

    def __call__(self, request):
        raise ArithmeticError("in a callable object")


board = ([path("<int:number>/", Board.as_view(), name="detail"), path("unnamed/", Board.as_view())], "board")

urlpatterns = [
    path("ok/", ok),
    path("fails/<int:number>/", fails, name="fails"),
    path("unnamed/<str:secret>/", fails),
    path("partial/", functools.partial(fails, extra=1)),
    path("object/", Callable()),
    path("async/", fails_async, name="fails-async"),
    path("reused/", fails_with_one_object, name="reused"),
    path("rendering/", fails_in_rendering, name="rendering"),
    path("refuses/<str:kind>/", refuses, name="refuses"),
    path("board/", include(board, namespace="board")),
    path("", include("django_prometheus.urls")),
]
try:
    import ninja  # noqa: F401
except ImportError:
    pass
else:
    from .ninja_api import api

    urlpatterns.append(path("api/", api.urls))
