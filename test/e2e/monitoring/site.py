"""
A site as ReviewMaps is one, under wsgiref, instrumented as integrations/python/README.md says: it answers from its
database and its cache, asks Naver, fails and dawdles. Prints its port; ends when its input does.

    site.py <port of PostgreSQL> <port>
"""

import os
import sys
import threading
import time
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings

DATABASE_PORT, PORT = sys.argv[1], int(sys.argv[2])
SLOW_SECONDS = 1.2

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="tests",
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    LOGGING_CONFIG=None,
    INSTALLED_APPS=["django_prometheus"],
    MIDDLEWARE=[
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        "reviewmaps_monitoring.middleware.ExceptionMetricsMiddleware",
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django_prometheus.db.backends.postgresql",
            "HOST": "127.0.0.1",
            "PORT": DATABASE_PORT,
            "NAME": "postgres",
            "USER": "postgres",
        }
    },
    CACHES={"default": {"BACKEND": "django_prometheus.cache.backends.locmem.LocMemCache"}},
)

from django.core.cache import cache  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import DatabaseError, connection  # noqa: E402
from django.http import Http404, HttpResponse, JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402

from reviewmaps_monitoring import track_naver_call  # noqa: E402


def home(request):
    return HttpResponse("ReviewMaps")


def campaign(request, number):
    with connection.cursor() as cursor:
        cursor.execute("select title from campaign order by id limit 1 offset %s", [number])
        found = cursor.fetchone()
    if found is None:
        raise Http404("no such campaign")
    return HttpResponse(found[0])


def search(request, word):
    """Every fourth time the cache has forgotten it."""
    if cache.get(word) is None:
        cache.set(word, 0, timeout=None)
    if cache.incr(word) == 3:
        cache.delete(word)
    return HttpResponse(word)


def places(request, status):
    """Naver answers with what it is told to."""
    with track_naver_call("local-search") as call:
        call.status(status)
    return HttpResponse("a place, perhaps")


def refused(request):
    """The database refuses a statement, and the view knows what to do."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select nothing from nowhere")
    except DatabaseError:
        return HttpResponse("nothing there")


def slow(request):
    time.sleep(SLOW_SECONDS)
    return HttpResponse("at last")


def fails(request):
    raise ValueError("in the view")


def healthz(request):
    return JsonResponse({"status": "healthy"})


urlpatterns = [
    path("", home, name="home"),
    path("campaigns/<int:number>/", campaign, name="campaign"),
    path("search/<str:word>/", search, name="search"),
    path("places/<int:status>/", places, name="places"),
    path("refused/", refused, name="refused"),
    path("slow/", slow, name="slow"),
    path("fails/", fails, name="fails"),
    path("v1/healthz", healthz, name="healthz"),
    path("", include("django_prometheus.urls")),
]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass

    def address_string(self):
        """Without asking for a name."""
        return self.client_address[0]


def end_with_input():
    sys.stdin.read()
    os._exit(0)


server = make_server("127.0.0.1", PORT, get_wsgi_application(), server_class=Server, handler_class=Quiet)
threading.Thread(target=end_with_input, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
