"""A real HTTP server on this machine that receives webhook pages and answers as it is told.

    async with WebhookReceiver() as receiver:
        receiver.script(500, Hang())          # the first two requests; then 200 for all others
        ...                                   # make Tocsin page receiver.url
        first, *_ = await receiver.wait_for(1)
        assert first.json["alert"]["summary"] == "disk is full"

With a ``secret`` it answers 401 to a request whose signature is missing, wrong or old, as a careful receiver
does.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self, assert_never

import httptools

from tocsin.channels.kit.arrivals import Arrivals
from tocsin.channels.webhook.signature import SIGNATURE_HEADER, verify_signature


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request as it came in. Header names are in lower case; ``received_at`` is ``time.monotonic()``."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    received_at: float

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer with a status, headers and a body. A bare number in a script means this."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hang:
    """Read the request and say nothing until ``release()``, then answer 200."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer bytes that are not HTTP, and hang up."""

    data: bytes = b"\x00\xff this is not HTTP\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Drop:
    """Read the request and hang up without an answer."""


@dataclass(frozen=True, slots=True)
class Drip:
    """Answer a status at once and then one byte of body every ``interval`` seconds, for ever."""

    status: int = 200
    interval: float = 0.05


Behaviour = int | Respond | Hang | Garbage | Drop | Drip


def redirect(location: str, status: int = 302) -> Respond:
    """Answer with a redirect to ``location``."""
    return Respond(status, headers={"Location": location})


class WebhookReceiver:
    """Receives webhook pages on 127.0.0.1, on a port that was free."""

    def __init__(self, secret: str | None = None) -> None:
        self._secret = secret
        self._arrivals: Arrivals[ReceivedRequest] = Arrivals()
        self._script: deque[Behaviour] = deque()
        self._released = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/page"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """All requests that came in whole, oldest first."""
        return self._arrivals.items

    def script(self, *behaviours: Behaviour) -> None:
        """Queue how the next requests are answered, one each; after them it is 200 again."""
        self._script.extend(behaviours)

    def release(self) -> None:
        """Let every request that hangs, now or later, be answered."""
        self._released.set()

    async def wait_for(self, count: int, timeout: float = 10) -> tuple[ReceivedRequest, ...]:
        """Return all requests once there are at least ``count``. Raises TimeoutError after ``timeout`` seconds."""
        return await self._arrivals.wait_for(count, timeout)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        try:
            while (request := await _read_request(reader)) is not None:
                behaviour = self._behaviour(request)
                await self._arrivals.add(request)
                if not await self._answer(behaviour, writer):
                    return
        except (ConnectionError, asyncio.CancelledError):
            return  # the sender hung up, or the receiver closes
        finally:
            self._connections.discard(connection)
            writer.close()

    def _behaviour(self, request: ReceivedRequest) -> Behaviour:
        if self._secret is not None:
            header = request.headers.get(SIGNATURE_HEADER.lower(), "")
            if not verify_signature(self._secret, header, request.body, now=time.time()):
                return Respond(401)
        return self._script.popleft() if self._script else Respond()

    async def _answer(self, behaviour: Behaviour, writer: asyncio.StreamWriter) -> bool:
        """Act as told; say whether the connection goes on."""
        match behaviour:
            case int(status):
                return await _write(writer, _response(Respond(status)))
            case Respond():
                return await _write(writer, _response(behaviour))
            case Hang():
                await self._released.wait()
                return await _write(writer, _response(Respond()))
            case Garbage(data):
                await _write(writer, data)
                return False
            case Drop():
                return False
            case Drip():
                return await _drip(behaviour, writer)
            case _:
                assert_never(behaviour)


class _RequestParser:
    """Collects one request from httptools' callbacks."""

    def __init__(self) -> None:
        self.target = b""
        self.headers: dict[str, str] = {}
        self.body = b""
        self.complete = False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


async def _read_request(reader: asyncio.StreamReader) -> ReceivedRequest | None:
    """Read one request; None when the other side hangs up or sends something else."""
    collected = _RequestParser()
    parser = httptools.HttpRequestParser(collected)
    try:
        while not collected.complete:
            data = await reader.read(65536)
            if not data:
                return None
            parser.feed_data(data)
    except httptools.HttpParserError:
        return None
    return ReceivedRequest(
        method=parser.get_method().decode(),
        target=collected.target.decode("latin-1"),
        headers=collected.headers,
        body=collected.body,
        received_at=time.monotonic(),
    )


def _response(respond: Respond) -> bytes:
    phrase = HTTPStatus(respond.status).phrase
    headers = {**respond.headers, "Content-Length": str(len(respond.body))}
    lines = [f"HTTP/1.1 {respond.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + respond.body


async def _write(writer: asyncio.StreamWriter, data: bytes) -> bool:
    writer.write(data)
    await writer.drain()
    return True


async def _drip(drip: Drip, writer: asyncio.StreamWriter) -> bool:
    head = f"HTTP/1.1 {drip.status} {HTTPStatus(drip.status).phrase}\r\nContent-Length: 1000000\r\n\r\n"
    await _write(writer, head.encode())
    while True:
        await _write(writer, b".")
        await asyncio.sleep(drip.interval)
