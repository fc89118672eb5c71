"""What senders of events are answered, in the words of PagerDuty that their programs look for.

Version 2 says 202 and tells the ``dedup_key``; version 1 says 200 and calls it ``incident_key``. A key that is unknown
or of another type is an invalid event, 400: neither version has a status for it, and both know it as final.
"""

from collections.abc import Mapping, Sequence

from starlette.responses import JSONResponse, Response

from tocsin.http.problem_details import RETRY_AFTER_SECONDS

KEY_LENGTH = 32


def processed(status: int, names: Mapping[str, str], message: str = "Event processed") -> Response:
    """The event is in. ``names`` holds its key by the name that the version has for it."""
    return JSONResponse({"status": "success", "message": message, **names}, status)


def unreadable() -> Response:
    """The body is no JSON object."""
    return _refusal(400, "Unrecognized object", "Event object format is unrecognized", ["JSON parse error"])


def invalid(errors: Sequence[str]) -> Response:
    """The event names nothing, or its key is none; to send it again does not help."""
    return _refusal(400, "invalid event", "Event object is invalid", errors)


def too_often(retry_after: int, status: int) -> Response:
    """Too many events: send it again later."""
    message = "Requests for this service are arriving too quickly. Please retry later."
    return _refusal(status, "throttle exceeded", message, [], retry_after)


def too_large(problem: str) -> Response:
    """The body is too long; to send it again does not help."""
    return _refusal(413, "invalid event", "Event object is too large", [problem])


def later() -> Response:
    """The event is not in, through no fault of the sender's."""
    return _refusal(503, "unavailable", "The event could not be stored. Please retry later.", [], RETRY_AFTER_SECONDS)


def key_problem(name: str, secret: str | None) -> str:
    """What is wrong with a key that opens nothing, in PagerDuty's words where it has some."""
    if not secret:
        return f"'{name}' is missing or blank"
    if len(secret) != KEY_LENGTH:
        return f"Length of '{name}' is incorrect (should be {KEY_LENGTH} characters)"
    return f"'{name}' is unknown or revoked"


def _refusal(
    status: int, name: str, message: str, errors: Sequence[str], retry_after: int | None = None
) -> JSONResponse:
    body = {"status": name, "message": message, **({"errors": list(errors)} if errors else {})}
    return JSONResponse(body, status, {} if retry_after is None else {"Retry-After": str(retry_after)})
