"""One PUT to a Pushgateway. The ordinary client's own function follows no base64 rule for blanks and plus signs."""

from __future__ import annotations

import base64
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Mapping, Optional, Tuple

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# What a path segment carries as it is; `.` and `..` are steps of a path to clients and proxies.
_PLAIN = re.compile(r"[A-Za-z0-9._~-]+")
_STEPS = (".", "..")

_MOST_OF_AN_ANSWER = 2_000


class Refused(Exception):
    """The gateway answered, but did not take the push."""

    def __init__(self, status: int, answer: str) -> None:
        super().__init__(f"the gateway answered {status}: {answer}" if answer else f"the gateway answered {status}")
        self.status = status

    @property
    def for_good(self) -> bool:
        """Whether asking again is pointless. A 400 is not: it may come from another group, which fold deletes."""
        return 300 <= self.status < 500 and self.status not in (400, 408, 429)


def group_path(key: Mapping[str, str]) -> str:
    """The path of a group below the gateway's address: the job first, then the other labels by name."""
    labels = sorted(label for label in key if label != "job")
    return "/metrics" + "".join(_segments(label, key[label]) for label in ("job", *labels))


def _segments(label: str, value: str) -> str:
    if _PLAIN.fullmatch(value) and value not in _STEPS:
        return f"/{label}/{value}"
    encoded = base64.urlsafe_b64encode(value.encode("utf-8", "replace")).decode("ascii").rstrip("=")
    return f"/{label}@base64/{encoded or '='}"


class Gateway:
    """
    A Pushgateway and how to speak to it.

    :param url: such as http://pushgateway:9091, without /metrics; a user and a password in it are taken out.
    :param ca: the path of a PEM file, or its text, with the authority that signed the gateway's certificate.
    :raises ValueError: the url is none, or the authority cannot be read.
    """

    def __init__(
        self,
        url: str,
        *,
        username: Optional[str] = None,
        password: Optional[str] = None,
        token: Optional[str] = None,
        ca: Optional[str] = None,
    ) -> None:
        self.url, own_username, own_password = _split(url)
        self._authorization = _authorization(username or own_username, password or own_password, token)
        handlers = [urllib.request.HTTPSHandler(context=_trust(ca))] if self.url.startswith("https:") else []
        self._opener = urllib.request.build_opener(*handlers)

    def put(self, key: Mapping[str, str], body: bytes, timeout: float) -> None:
        """
        Replaces a group.

        :param timeout: seconds for each of connecting, sending and waiting for the answer.
        :raises Refused: the gateway did not take it.
        :raises OSError, http.client.HTTPException: it could not be reached, or gave no answer in time.
        """
        request = urllib.request.Request(self.url + group_path(key), data=body, method="PUT")
        request.add_header("Content-Type", CONTENT_TYPE)
        if self._authorization is not None:
            # Not to be sent on to another host; urllib redirects no PUT, which makes this the second safeguard.
            request.add_unredirected_header("Authorization", self._authorization)
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(_MOST_OF_AN_ANSWER).decode("utf-8", "replace").strip()
            raise Refused(error.code, said) from None
        if status not in (200, 202):
            raise Refused(status, "not what a Pushgateway answers to a push")


def _split(url: str) -> Tuple[str, Optional[str], Optional[str]]:
    parts = urllib.parse.urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("PUSHGATEWAY_URL is no address: it must look like http://pushgateway:9091")
    if parts.query or parts.fragment:
        raise ValueError('PUSHGATEWAY_URL has a "?" or "#" part: give the address without it')
    path = parts.path.rstrip("/")
    if re.search(r"/metrics(/job\b.*)?$", path):
        raise ValueError("PUSHGATEWAY_URL ends in /metrics: give the address of the gateway, the path is added")
    username = urllib.parse.unquote(parts.username) if parts.username else None
    password = urllib.parse.unquote(parts.password) if parts.password else None
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{path}", username, password


def _authorization(username: Optional[str], password: Optional[str], token: Optional[str]) -> Optional[str]:
    if token:
        return _header(f"Bearer {token}")
    if username:
        pair = f"{username}:{password or ''}".encode("utf-8")
        return f"Basic {base64.b64encode(pair).decode('ascii')}"
    return None


def _header(value: str) -> str:
    # http.client would say the value in its error, and that error is logged.
    if not value.isascii() or not value.isprintable():
        raise ValueError("PUSHGATEWAY_TOKEN has characters that a header cannot carry")
    return value


def _trust(ca: Optional[str]) -> ssl.SSLContext:
    if not ca:
        return ssl.create_default_context()
    try:
        if ca.lstrip().startswith("-----BEGIN"):
            return ssl.create_default_context(cadata=ca)
        return ssl.create_default_context(cafile=os.fspath(ca))
    except (OSError, ValueError) as error:
        raise ValueError(f"PUSHGATEWAY_CA is neither a PEM certificate nor a file that has one: {error}") from error
