"""PgQueuer's driver on our connections."""

import asyncio
from collections.abc import Callable

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.ports.driver import NotifyCallback

from tocsin.db.pool import Pool
from tocsin.engine.queue.local_notify import NotificationThrottle

MakeThrottle = Callable[[NotifyCallback], NotificationThrottle]


class QueueDriver(AsyncpgPoolDriver):
    """Statements go through the pool, notifications come in on ``listener``."""

    def __init__(self, pool: Pool, listener: asyncpg.Connection, make_throttle: MakeThrottle) -> None:
        super().__init__(pool)
        self._listener = listener
        self._make_throttle = make_throttle
        self.listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        throttle = self._make_throttle(callback)

        def relay(_connection: object, _pid: object, _channel: object, payload: object) -> None:
            assert isinstance(payload, str)
            throttle.receive(payload)

        await self._listener.add_listener(channel, relay)
        self.listening.set()
