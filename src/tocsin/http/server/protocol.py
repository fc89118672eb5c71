"""HTTP/1.1 on one connection: Uvicorn's, with deadlines for a client that keeps it waiting, which are not logged."""

import asyncio
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tocsin.http.server.answers import answer
from tocsin.http.server.connections import ClientWait, Connections
from tocsin.http.server.counts import CutOffCause, count
from tocsin.http.server.transport import LingeringTransport

MOST_HEADER_BYTES = 65_536  # also of what stands between the parts of a chunked body

_MOST_LINGERING_BYTES = 32 * 1024**2
_LEAST_READ_BYTES = 32_768  # of a waiting answer, within the time that a client has for reading


class LimitedState(ServerState):
    """What the connections of one server share."""

    def __init__(self, limited: Connections) -> None:
        super().__init__()
        self.limited = limited


class LimitedProtocol(HttpToolsProtocol):
    """One connection. See `tocsin.http.server.connections` for what it may do."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(server_state, LimitedState)
        self._limited = server_state.limited
        self._within: asyncio.Transport | None = None
        self._asked = False  # at least one request has had its headers complete, so that there is a cycle
        self._receiving = False  # a request has begun and is not whole
        self._unparsed = 0
        self._thrown_away = 0
        self._unread = 0

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._within = transport
        super().connection_made(LingeringTransport(transport, self._close))
        refused = self._limited.admit(self, self.client[0] if self.client else "", self.loop.time())
        if refused is not None:
            self._answer(refused)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limited.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            self._throw_away(data)
            return
        self._unset_keepalive_if_required()
        if self._limited.wait_of(self) is ClientWait.NEXT_REQUEST:
            self._waits(ClientWait.HEADERS)
        self._unparsed += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # answered as if the client had not asked for another protocol, which it may expect
        except httptools.HttpParserError:
            self._refuse(CutOffCause.NOT_HTTP)
        if self._unparsed > MOST_HEADER_BYTES and not self.transport.is_closing():
            self._refuse(CutOffCause.HEADERS_TOO_LARGE)

    def shutdown(self) -> None:
        if self._limited.wait_of(self) is ClientWait.LINGERING:
            self.drop()
        else:
            super().shutdown()

    # A request

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._receiving = True

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._asked = True
        self._unparsed = 0
        self._asks_for(ClientWait.BODY)

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._unparsed = 0

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._receiving = False
        self._unparsed = 0
        self._asks_for(ClientWait.NEXT_REQUEST if self.cycle.response_complete else None)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None and not self._receiving:
            self._asks_for(ClientWait.NEXT_REQUEST)

    def _asks_for(self, wait: ClientWait | None) -> None:
        """Wait until the client has read what was sent to it, and then for ``wait``; None: for nothing more."""
        if self.flow.write_paused:
            return
        if wait is None:
            self._limited.is_served(self)
        else:
            self._waits(wait)

    # A client that does not read its answer

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait_for_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._limited.wait_of(self) is ClientWait.READING and not self.transport.is_closing():
            self._limited.is_served(self)

    def _wait_for_reading(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._waits(ClientWait.READING)

    def _has_read(self) -> bool:
        return self._unread - self.transport.get_write_buffer_size() >= min(self._unread, _LEAST_READ_BYTES)

    # The end

    def expire(self, wait: ClientWait) -> None:
        match wait:
            case ClientWait.HEADERS if self._receiving:
                self._refuse(CutOffCause.HEADERS_LATE)
            case ClientWait.BODY if not self.cycle.response_started:
                self._refuse(CutOffCause.BODY_LATE)
            case ClientWait.READING if self._has_read():
                self._wait_for_reading()
            case ClientWait.READING:
                count(CutOffCause.NOT_READ)
                self.drop()
            case (
                ClientWait.HEADERS | ClientWait.NEXT_REQUEST
            ):  # a browser may open one to have it ready, and fears an answer
                self.transport.close()
            case ClientWait.BODY | ClientWait.LINGERING:
                self.drop()

    def drop(self) -> None:
        self.transport.abort()

    def _refuse(self, cause: CutOffCause) -> None:
        count(cause)
        self._answer(cause)

    def _answer(self, cause: CutOffCause) -> None:
        """Answer by ourselves, unless an answer is under way, and end."""
        unanswered = self._asked and not self.cycle.response_complete
        if not (unanswered and self.cycle.response_started):
            self.transport.write(answer(cause))
        if unanswered:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _close(self) -> None:
        """Close at once, or read on until the client has sent what it is sending and has seen the answer."""
        assert self._within is not None
        self._unset_keepalive_if_required()
        if self._receiving and not self._within.is_closing():
            self._waits(ClientWait.LINGERING)
            self.flow.resume_reading()
            self._end_our_side()
            return
        self._within.close()
        if self._within.get_write_buffer_size():
            self._wait_for_reading()

    def _end_our_side(self) -> None:
        assert self._within is not None
        if self._within.can_write_eof():
            self._within.write_eof()

    def _throw_away(self, data: bytes) -> None:
        self._thrown_away += len(data)
        if self._thrown_away > _MOST_LINGERING_BYTES:
            self.drop()

    def _waits(self, wait: ClientWait) -> None:
        self._limited.waits(self, wait, self.loop.time())
