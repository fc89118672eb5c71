"""The server that runs an application on a listening socket."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from tocsin.http.server.connections import Connections, Limits
from tocsin.http.server.protocol import LimitedProtocol, LimitedState

_FINISH_REQUESTS_WITHIN = 5
_SWEEP_EVERY_TICKS = 5  # of a tenth of a second
_ACCEPTED_AT_ONCE = 4
_WAITING_IN_KERNEL = 2_048


class Server(uvicorn.Server):
    """Uvicorn with limits, and without its own signal handlers: one signal stops web and engine together."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=LimitedProtocol,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=_FINISH_REQUESTS_WITHIN,
                # To asyncio it is also how many connections it accepts before it reads from any. In a flood, a client's
                # request is read before the connections that come after it can push the client out.
                backlog=_ACCEPTED_AT_ONCE,
            )
        )
        self.limited = Connections(limits)
        self.server_state = LimitedState(self.limited)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in sockets or ():
            # Connections inherit it. asyncio sets it only on sockets that name their protocol, which those of
            # socket.create_server() do not: the body of an answer then waits 40 ms for the client to confirm the head.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(_WAITING_IN_KERNEL)
        self.up.set()

    async def on_tick(self, counter: int) -> bool:
        if counter % _SWEEP_EVERY_TICKS == 0:
            self.limited.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def trusted_proxies() -> str:
    """The proxies that are believed about the address of a client, as Uvicorn reads them from the environment."""
    return os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
