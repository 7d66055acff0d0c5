"""
The package's test site, under wsgiref. Prints its port.

    site.py [plain]        plain: without the middleware of this project
"""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from tests import django_site  # noqa: F401, isort: skip  (settings first)

from django.conf import settings
from django.core.wsgi import get_wsgi_application

OWN = "reviewmaps_monitoring.middleware.ExceptionMetricsMiddleware"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


assert OWN in settings.MIDDLEWARE
if "plain" in sys.argv:
    settings.MIDDLEWARE.remove(OWN)
server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
