"""Tocsin as processes of their own that come and go, each behind a proxy of its own."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from soak.proxy import Proxy

_READY_WITHIN = 60
_STOPPED_WITHIN = 40
_PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass(slots=True)
class Slot:
    """A place for one process; whoever ends there is followed by another. Each writes a log of its own."""

    name: str
    command: Sequence[str]
    proxy: Proxy
    logs: Path
    settings: Mapping[str, str]
    health: str
    """Where ``/health`` answers."""
    process: Process | None = None
    started: int = 0
    told_to_end: bool = False
    exit_codes: list[int] = field(default_factory=list)

    async def start(self) -> None:
        """Start a process, again if it ends before it is ready, as a service manager would."""
        async with asyncio.timeout(_READY_WITHIN):
            while True:
                await self._spawn()
                if await self._is_ready():
                    self.told_to_end = False
                    return

    async def kill(self) -> None:
        self.told_to_end = True
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    async def terminate(self) -> int:
        """Tell it to end and wait; the exit code. One that does not end in time is killed."""
        assert self.process is not None
        if self.process.returncode is None:
            self.told_to_end = True
            self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOPPED_WITHIN):
                code = await self.process.wait()
        except TimeoutError:
            await self.kill()
            code = -signal.SIGKILL
        self.exit_codes.append(code)
        return code

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    @property
    def memory(self) -> int:
        """Resident bytes of the process; 0 when there is none."""
        if not self.is_running:
            return 0
        assert self.process is not None
        try:
            return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE
        except OSError:
            return 0

    async def _spawn(self) -> None:
        self.started += 1
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        ours = {"TOCSIN_DATABASE_URL": self.proxy.dsn, "TOCSIN_LOG_FORMAT": "json"}
        with (self.logs / f"{self.name}-{self.started}.log").open("wb") as log:
            self.process = await create_subprocess_exec(
                sys.executable,
                "-m",
                "tocsin",
                *self.command,
                env=inherited | ours | dict(self.settings),
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the soak, which ends them in order
            )

    async def _is_ready(self) -> bool:
        async with aiohttp.ClientSession() as http:
            while self.is_running:
                try:
                    async with http.get(f"{self.health}/health/ready") as answer:
                        if answer.status == 200:
                            return True
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        return False
