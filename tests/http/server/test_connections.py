"""Clients that keep the server waiting, on real sockets: each is cut off, and none keeps others from being served."""

import asyncio
import logging
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from tests.fixtures.database import serving

from tocsin import log
from tocsin.http.middleware import BodyLimit
from tocsin.http.server.connections import Limits, proxies
from tocsin.http.server.counts import CutOffCause

PATH = "/api/v2/generic/incoming"
SHORT = Limits(headers=0.2, body=0.2, next_request=0.2, reading=0.2, lingering=0.2)
LIMIT = 262_144
LARGE = 8 * 1024**2


@dataclass
class Client:
    """One raw connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def rest(self) -> bytes:
        """All that comes until the server ends the connection."""
        async with asyncio.timeout(10):
            return await self.reader.read()


@dataclass
class Server:
    """A server with limits of its own, and the clients that have connected to it."""

    url: str
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def connect(self) -> Client:
        host, port = self.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        self.stack.callback(writer.transport.abort)
        return Client(reader, writer)

    async def health(self) -> int:
        async with httpx.AsyncClient(base_url=self.url, timeout=10, verify=False) as client:
            return (await client.get("/health/live")).status_code


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, and answer with as many bytes as the query says."""
    await Response(bytes(int(scope["query_string"] or b"0")))(scope, receive, send)


@asynccontextmanager
async def limited(limits: Limits) -> AsyncIterator[Server]:
    """A server with an application that does nothing."""
    app = FastAPI()
    app.mount("/", _answer)
    app.add_middleware(BodyLimit, limit=LIMIT)
    async with serving(app, limits) as url, AsyncExitStack() as stack:
        yield Server(url, stack)


@pytest.fixture
async def tocsin(base_url: str) -> AsyncIterator[Server]:
    """The real application under the usual limits."""
    async with AsyncExitStack() as stack:
        yield Server(base_url, stack)


def cut_off(cause: CutOffCause) -> float:
    return REGISTRY.get_sample_value("tocsin_http_cut_off_total", {"cause": cause}) or 0


STRANGE = [
    b"nonsense\r\n\r\n",
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /%ff%00 HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"CONNECT a:1 HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"POST /api/v2/generic/incoming HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /sign-in HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    b"POST /api/v1/session HTTP/1.1\r\nContent-Length: 50\r\n\r\nabc",
    b"POST /api/v2/generic/incoming?token=x HTTP/1.1\r\nContent-Length: 50\r\n\r\nabc",
    b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nCookie: \xff\xfe=\x80; tocsin_session=\xff\r\nConnection: close\r\n\r\n",
    b"GET /api/v1/users HTTP/1.1\r\nAuthorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
    b"POST /sign-in HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=a\r\nContent-Length: 3\r\n"
    b"Connection: close\r\n\r\nabc",
    b"POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=\xff\r\n"
    b"Content-Length: 3\r\nConnection: close\r\n\r\n%ff",
]


async def test_a_silent_connection_is_closed_without_an_answer() -> None:
    async with limited(SHORT) as server:
        assert await (await server.connect()).rest() == b""


async def test_headers_that_do_not_come_in_time_are_answered_with_408() -> None:
    async with limited(SHORT) as server:
        client = await server.connect()
        await client.send(b"GET /health/live HTTP/1.1\r\nHost: a\r\nX-A: ")
        assert (await client.rest()).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("head", [b"Content-Length: 100", b"Transfer-Encoding: chunked", b"Content-Length: 9\r\nA: b"])
async def test_a_body_that_does_not_come_in_time_is_answered_with_408(head: bytes) -> None:
    async with limited(SHORT) as server:
        client = await server.connect()
        await client.send(b"POST %s HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n" % (PATH.encode(), head))
        assert (await client.rest()).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n"])
async def test_a_byte_now_and_then_does_not_put_a_deadline_off(begin: bytes) -> None:
    async with limited(SHORT) as server:
        client = await server.connect()

        async def drip() -> None:
            while not client.writer.transport.is_closing():
                await client.send(b"a")
                await asyncio.sleep(0.02)

        await client.send(begin)
        dripping = asyncio.create_task(drip())
        try:
            await client.rest()
        except ConnectionError:
            pass
        finally:
            dripping.cancel()
            await asyncio.wait([dripping])


async def test_empty_lines_between_requests_do_not_keep_a_connection() -> None:
    async with limited(SHORT) as server:
        client = await server.connect()
        await client.send(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        await client.reader.readuntil(b"\r\n\r\n")
        await client.send(b"\r\n")
        await client.rest()


async def test_a_client_that_does_not_read_its_answers_is_cut_off() -> None:
    before = cut_off(CutOffCause.NOT_READ)
    async with limited(replace(SHORT, headers=30)) as server:
        client = await server.connect()
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        with pytest.raises((ConnectionError, TimeoutError)):  # noqa: PT012 - any of the writes
            async with asyncio.timeout(20):
                while True:
                    await client.send(b"GET /?1000000 HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
    assert cut_off(CutOffCause.NOT_READ) == before + 1


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nA: " + b"a" * 900_000,
        b"GET /" + b"a" * 900_000,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 900_000,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 150_000,
    ],
)
async def test_headers_without_end_are_refused(request_bytes: bytes) -> None:
    async with limited(Limits()) as server:
        client = await server.connect()
        await client.send(request_bytes)
        assert (await client.rest()).startswith(b"HTTP/1.1 431 ")


async def test_silent_connections_make_room_for_whoever_says_what_it_wants() -> None:
    async with limited(Limits(connections=20)) as server:
        silent = [await server.connect() for _ in range(100)]
        assert await server.health() == 200
        assert await silent[0].rest() == b""


async def test_a_request_is_read_before_those_who_come_later_push_its_client_out() -> None:
    async with limited(Limits(connections=20)) as server, AsyncExitStack() as stack:
        host, port = server.url.removeprefix("http://").split(":")
        # All are there when the server looks next: it does nothing while its thread connects them.
        first, *_ = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(100)]
        first.sendall(b"GET /?5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        first.setblocking(False)
        answer = await asyncio.get_running_loop().sock_recv(first, 1024)
        assert answer.startswith(b"HTTP/1.1 200 ")


async def test_one_address_has_a_limit_of_its_own_unless_it_is_a_proxy() -> None:
    before = cut_off(CutOffCause.MADE_ROOM)
    limits = Limits(connections=50, connections_per_address=2)
    async with limited(limits) as server:
        for _ in range(10):
            await server.connect()
        assert await server.health() == 200
    assert cut_off(CutOffCause.MADE_ROOM) == before


async def test_a_flood_is_two_lines_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    log.quieten()
    with caplog.at_level(logging.WARNING):
        async with limited(Limits(connections=20)) as server:
            for _ in range(100):
                await server.connect()
            assert await server.health() == 200
    assert len(caplog.records) <= 2, caplog.text


async def test_nothing_that_a_stranger_sends_writes_to_the_log(
    tocsin: Server, caplog: pytest.LogCaptureFixture
) -> None:
    log.quieten()
    with caplog.at_level(logging.WARNING):
        for request_bytes in STRANGE:
            client = await tocsin.connect()
            await client.send(request_bytes)
            client.writer.write_eof()
            answer = await client.rest()
            assert not answer.startswith(b"HTTP/1.1 5"), (request_bytes, answer)
        assert await tocsin.health() == 200
    assert caplog.text == ""


def post_large(url: str, body: bytes) -> int:
    """The status that Python's own client sees, which sends ``Connection: close`` and reads only at the end."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=20) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


async def test_urllib_is_told_that_its_body_is_too_large(tocsin: Server) -> None:
    statuses = [await asyncio.to_thread(post_large, tocsin.url + PATH, bytes(LARGE)) for _ in range(5)]
    assert statuses == [413] * 5


@pytest.mark.parametrize("connection", [b"close", b"keep-alive"])
async def test_a_chunked_body_that_is_too_large_is_answered_with_413(connection: bytes) -> None:
    async with limited(Limits()) as server:
        client = await server.connect()
        head = b"POST %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: %s\r\n\r\n" % (PATH.encode(), connection)
        await client.send(head + (b"10000\r\n" + bytes(65_536) + b"\r\n") * 100 + b"0\r\n\r\n")
        assert (await client.rest()).startswith(b"HTTP/1.1 413 ")


async def test_who_asks_before_sending_too_much_is_refused_and_its_next_bytes_are_no_request() -> None:
    async with limited(Limits()) as server:
        client = await server.connect()
        head = b"POST %s HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (PATH.encode(), LARGE)
        await client.send(head + b"GET /health/live HTTP/1.1\r\n\r\n")
        client.writer.write_eof()
        answer = await client.rest()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_an_answer_to_endless_bytes_ends() -> None:
    async with limited(Limits()) as server:
        client = await server.connect()
        await client.send(b"POST %s HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n" % PATH.encode())
        with pytest.raises(ConnectionError):  # noqa: PT012 - any of the writes
            while True:
                await client.send(bytes(1024**2))


def test_names_in_forwarded_allow_ips_are_passed_over() -> None:
    assert [str(network) for network in proxies("10.0.0.1, 192.168.0.0/16,proxy,,::1")] == [
        "10.0.0.1/32",
        "192.168.0.0/16",
        "::1/128",
    ]
