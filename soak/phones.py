"""Receivers of pages that answer, hang, fail or refuse as they are told, and remember everything."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

Mood = Literal["answers", "hangs", "fails", "refuses"]


@dataclass(slots=True)
class Receipt:
    """One request as it came in, when (the host's clock, seconds), and what it was answered; None: nothing."""

    key: str
    at: float
    status: int | None = None


@dataclass(slots=True)
class Phone:
    """Receives on one port of 127.0.0.1."""

    receipts: list[Receipt] = field(default_factory=list)
    mood: Mood = "answers"
    port: int = 0
    _pleased: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None
    _site: web.TCPSite | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        app = web.Application()
        app.router.add_post("/{who}", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen()

    async def close(self) -> None:
        self._pleased.set()
        assert self._runner is not None
        await self._runner.cleanup()

    async def become(self, mood: Mood) -> None:
        """From now on treat every request so; those that hang are answered once it answers again."""
        if self.mood == "refuses" and mood != "refuses":
            await self._listen()
        if mood == "refuses" and self._site is not None:
            await self._site.stop()
        self.mood = mood
        if mood == "answers":
            self._pleased.set()
        else:
            self._pleased.clear()

    async def _listen(self) -> None:
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def _receive(self, request: web.Request) -> web.Response:
        key = (await request.json())["idempotency_key"]
        receipt = Receipt(key, time.time())
        self.receipts.append(receipt)
        if self.mood == "hangs":
            await self._pleased.wait()
        status = 500 if self.mood == "fails" else 200
        if request.transport is not None and not request.transport.is_closing():
            receipt.status = status  # else the sender has given up, and hears of nothing
        return web.Response(status=status)


@asynccontextmanager
async def phones(count: int) -> AsyncIterator[list[Phone]]:
    """So many phones, ringing."""
    made = [Phone() for _ in range(count)]
    try:
        for phone in made:
            await phone.open()
        yield made
    finally:
        for phone in made:
            if phone.port:
                await phone.close()
