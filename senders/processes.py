"""Programs of senders, run for a while or to their end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from senders.debian import environment


async def run(command: Sequence[str | Path], given: str = "") -> None:
    """Run a program to its end, with this on its standard input."""
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, env=environment())
    await process.communicate(given.encode())
    assert process.returncode == 0, command


async def version_of(program: Path, option: str) -> str:
    """The line by which a program tells which it is."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(program, option, stdout=pipe, env=environment())
    told = (await process.communicate())[0].decode()
    return next(line.strip() for line in told.splitlines() if line.strip())


@asynccontextmanager
async def running(command: Sequence[str | Path]) -> AsyncIterator[None]:
    """A program that runs until the block ends; what it prints is dropped."""
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet, env=environment())
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it has ended
            process.terminate()
        await process.wait()
