"""A Django Ninja API: with errors that it handles itself and with others."""

from ninja import NinjaAPI
from ninja.errors import HttpError

api = NinjaAPI(version="1.0.0", docs_url=None)


class OwnError(Exception):
    """Has an exception handler of the API."""


@api.exception_handler(OwnError)
def answer(request, exc):
    return api.create_response(request, {"message": "handled"}, status=503)


@api.get("/unhandled", url_name="unhandled")
def unhandled(request):
    raise ZeroDivisionError("in an operation")


@api.get("/unhandled-async", url_name="unhandled-async")
async def unhandled_async(request):
    raise ZeroDivisionError("in an async operation")


@api.get("/unnamed")
def without_url_name(request):
    raise ZeroDivisionError("in an operation without a name")


@api.get("/http-error", url_name="http-error")
def http_error(request):
    raise HttpError(500, "said by the operation")


@api.get("/handled", url_name="handled")
def handled(request):
    raise OwnError()


@api.get("/validation/{number}", url_name="validation")
def validation(request, number: int):
    return {"number": number}
