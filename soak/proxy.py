"""A TCP proxy before PostgreSQL's socket that can cut, delay and freeze what goes through it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK = 65536


@dataclass(slots=True)
class Proxy:
    """Listens on 127.0.0.1. ``delay`` is in seconds, for each chunk in each direction."""

    target: Path
    delay: float = 0.0
    port: int = 0
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def dsn(self) -> str:
        return f"postgresql://tocsin@127.0.0.1:{self.port}/tocsin?sslmode=disable"

    def cut(self) -> int:
        """Reset all connections; how many there were."""
        count = len(self._writers) // 2
        for writer in self._writers:
            writer.transport.abort()
        return count

    def freeze(self) -> None:
        """Let nothing through; connections stay."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._join(reader, writer)
        except asyncio.CancelledError:
            pass  # the proxy closes
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(str(self.target))
        except OSError:
            return  # the server is away: so is the client's connection
        ends = {writer, far_writer}
        self._writers |= ends
        pumps = [asyncio.create_task(self._pump(*way)) for way in ((reader, far_writer), (far_reader, writer))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._writers -= ends
            far_writer.close()
            for pump in pumps:
                pump.cancel()
            await asyncio.wait(pumps)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._flowing.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def proxy(target: Path) -> AsyncIterator[Proxy]:
    """A proxy at work for as long as the block runs."""
    made = Proxy(target)
    made.thaw()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listening.close()
        await made.close()
