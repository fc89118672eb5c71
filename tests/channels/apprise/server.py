"""A server on loopback that stands for every service that Apprise speaks HTTP to: what plugins send arrives here."""

import html
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
import requests.adapters

# What sign-ins and messages are answered with; it holds what each service's plugin looks for.
ANSWER: dict[str, object] = {
    "ok": True,
    "success": True,
    "status": "success",
    "code": 0,
    "errcode": 0,
    "id": "1",
    "did": "did:x",
    "userId": "u",
    "authToken": "a",
    "user_id": "@u:x",
    "room_id": "!r:x",
    "token": "t",
    "access_token": "t",
    "accessJwt": "j",
    "refreshJwt": "j",
    "expires_in": 9999,
    "channel": {"id": "1"},
    "result": {"id": 1},
    "data": {"id": "1", "authToken": "a", "userId": "u", "access_token": "t"},
}


class AppriseServer:
    """What arrived. ``status`` and ``headers`` are how it answers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.netloc = ""

    def holds(self, text: str) -> bool:
        """Whether some request holds the text once its own encoding (URL, JSON, HTML, XML) is undone."""
        return any(text in html.unescape(html.unescape(view)) for request in self.requests for view in _views(*request))


@contextmanager
def apprise_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppriseServer]:
    """Lead every HTTP request of this process's ``requests`` to the server, and nothing else beyond loopback."""
    server = AppriseServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.netloc = f"127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    _lead_here(monkeypatch, server.netloc)
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def _lead_here(monkeypatch: pytest.MonkeyPatch, netloc: str) -> None:
    send, look_up = requests.adapters.HTTPAdapter.send, socket.getaddrinfo

    def lead(self: Any, request: Any, **options: Any) -> Any:
        wanted = request.url
        request.url = urlsplit(wanted)._replace(scheme="http", netloc=netloc).geturl()
        response = send(self, request, **options)
        response.url = wanted
        return response

    def only_loopback(host: Any, *rest: Any, **options: Any) -> Any:
        if host not in ("127.0.0.1", "localhost"):
            raise socket.gaierror(f"a test may not look up {host}")
        return look_up(host, *rest, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lead)
    monkeypatch.setattr(socket, "getaddrinfo", only_loopback)


def _handler(server: AppriseServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server.requests.append((self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0))))
            body = json.dumps(ANSWER).encode()
            self.send_response(server.status)
            for name, value in {**server.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _views(path: str, body: bytes) -> Iterator[str]:
    text = body.decode("utf-8", "replace")
    yield from (text, unquote_plus(text), unquote_plus(path))
    for document in (text, *parse_qs(text).get("payload", ())):
        try:
            yield from _strings(json.loads(document))
        except ValueError:
            continue


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _strings(inner)
        case list():
            for inner in value:
                yield from _strings(inner)
