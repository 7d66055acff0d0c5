"""Django middleware that counts exceptions; add it at the end of MIDDLEWARE. Works in WSGI and ASGI."""

from __future__ import annotations

import asyncio
import itertools
import logging
import sys
from typing import Any, Callable, Dict, Optional, Sequence, Tuple, Type

from django.conf import settings
from django.core.signals import got_request_exception, setting_changed
from django.http import HttpRequest
from django.utils.module_loading import import_string

from .labels import Bounded
from .metrics import default_metrics
from .quiet import quietly, say_once

SETTING = "REVIEWMAPS_MONITORING"

# What Django itself answers with a 4xx: a client's doing, and a scanner would fill the counter with it.
IGNORE = (
    "django.http.Http404",
    "django.core.exceptions.PermissionDenied",
    "django.core.exceptions.BadRequest",
    "django.core.exceptions.SuspiciousOperation",
    "django.http.multipartparser.MultiPartParserError",
)
MAX_VIEWS = 500
UNRESOLVED = "<unresolved>"

_MARK = "_reviewmaps_monitoring_request"
_numbers = itertools.count(1)


class _Rules:
    """What the setting says: which exceptions are ignored and how many views are named."""

    def __init__(self, setting: Dict[str, Any]) -> None:
        self.ignored = _classes(setting.get("ignore", IGNORE))
        self.view = Bounded(int(setting.get("max_views", MAX_VIEWS)))
        for name in sorted(set(setting) - {"ignore", "max_views"}):
            say_once(f"setting {name}", logging.WARNING, '%s knows no "%s": it has "ignore" and "max_views"', SETTING, name)


def _classes(paths: Sequence[str]) -> Tuple[Type[BaseException], ...]:
    found = []
    for path in paths:
        with quietly(f"import {path!r}, which {SETTING} says to ignore"):
            kind = import_string(path)
            if not (isinstance(kind, type) and issubclass(kind, BaseException)):
                raise TypeError(f"{path} is not an exception class")
            found.append(kind)
    return tuple(found)


_rules: Optional[_Rules] = None


def _current_rules() -> _Rules:
    global _rules
    if _rules is None:
        try:
            _rules = _Rules(getattr(settings, SETTING, None) or {})
        except Exception:
            say_once("settings", logging.ERROR, "%s cannot be used: the defaults apply", SETTING, exc_info=True)
            _rules = _Rules({})
    return _rules


def _forget_rules(*, setting: str, **_: Any) -> None:
    global _rules
    if setting == SETTING:
        _rules = None


setting_changed.connect(_forget_rules, dispatch_uid="reviewmaps_monitoring.settings")


class ExceptionMetricsMiddleware:
    """Counts `reviewmaps_exceptions_total` and never touches the request's course, also when counting fails."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if _is_coroutine_function(get_response):
            _mark_coroutine_function(self)
        with quietly("prepare the exception metrics"):
            # Registered now, the metrics are at /metrics before the first exception.
            default_metrics()
            got_request_exception.connect(_uncaught, dispatch_uid="reviewmaps_monitoring.exceptions")

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Django calls it with what a view raises, before any handler turns that into a response."""
        with quietly("count an exception"):
            _count(request, exception)


def _is_coroutine_function(function: object) -> bool:
    # Both ask for the marks that Django's own adapters carry; asgiref before 3.6 has none of its own.
    try:
        from asgiref.sync import iscoroutinefunction
    except ImportError:
        return asyncio.iscoroutinefunction(function)
    return iscoroutinefunction(function)


def _mark_coroutine_function(middleware: ExceptionMetricsMiddleware) -> None:
    try:
        from asgiref.sync import markcoroutinefunction
    except ImportError:
        # What the asgiref of Django 3.2 looks for.
        setattr(middleware, "_is_coroutine", getattr(asyncio.coroutines, "_is_coroutine"))
    else:
        markcoroutinefunction(middleware)


def _uncaught(*, request: Optional[HttpRequest] = None, **_: Any) -> None:
    """Django's signal for what ends in a 500: brings in what other middlewares and the URL resolver raise."""
    with quietly("count an exception"):
        error = sys.exc_info()[1]
        if error is not None:
            _count(request, error)


def _count(request: Optional[HttpRequest], error: BaseException) -> None:
    rules = _current_rules()
    if isinstance(error, rules.ignored) or _is_counted(request, error):
        return
    default_metrics().record_exception(error, rules.view(_view_name(request)))


def _is_counted(request: Optional[HttpRequest], error: BaseException) -> bool:
    """
    Whether this exception was counted for this request; marks it. The mark is a number: it keeps nothing alive, and
    an exception that carries it can still be pickled.
    """
    if request is None:
        return False
    number = getattr(request, _MARK, None)
    if number is None:
        number = next(_numbers)
        setattr(request, _MARK, number)
    if getattr(error, _MARK, None) == number:
        return True
    with quietly("mark an exception as counted"):
        setattr(error, _MARK, number)
    return False


def _view_name(request: Optional[HttpRequest]) -> str:
    """`namespace:name` of the URL pattern, or the view's dotted path if it has no name. Never the request's path."""
    match = getattr(request, "resolver_match", None)
    name = getattr(match, "view_name", None)
    return name if isinstance(name, str) and name else UNRESOLVED
