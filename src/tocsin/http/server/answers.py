"""Answers that the server gives by itself, before or instead of the application."""

import json
from http import HTTPStatus

from tocsin.http.server.counts import CutOffCause

_DETAILS = {
    CutOffCause.HEADERS_LATE: (408, "the headers did not come in time"),
    CutOffCause.HEADERS_TOO_LARGE: (431, "the headers are too large"),
    CutOffCause.BODY_LATE: (408, "the body did not come in time"),
    CutOffCause.NOT_HTTP: (400, "this is not an HTTP request that can be read"),
    CutOffCause.FULL: (503, "too many connections; try again"),
    CutOffCause.ADDRESS_FULL: (503, "too many connections from your address; try again"),
}


def answer(cause: CutOffCause) -> bytes:
    """The whole answer, problem details after which the connection is closed."""
    status, detail = _DETAILS[cause]
    phrase = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": phrase, "status": status, "detail": detail, "errors": []}
    content = json.dumps(body).encode()
    headers = {
        "Content-Type": "application/problem+json",
        "Content-Length": len(content),
        "Connection": "close",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    } | ({"Retry-After": 2} if status == 503 else {})
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {phrase}\r\n{head}\r\n".encode() + content
