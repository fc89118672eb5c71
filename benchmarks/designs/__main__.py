"""``python -m benchmarks.designs NAME DSN [SECONDS]``: a process that runs one design until it is terminated.

``SECONDS`` are from one round's start to the next one's, 5 unless given.
"""

import asyncio
import signal
import sys
import time

import asyncpg
import uvloop

from benchmarks.designs.catalogue import DESIGNS, EVERY, SENDING, Round
from benchmarks.designs.events import Events
from benchmarks.designs.moves import SESSION
from benchmarks.designs.tocsin_engine import run_tocsin
from tocsin.db.pool import Pool, open_pool


async def _main(name: str, dsn: str, every: str = str(EVERY)) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    design = {**DESIGNS, **SENDING}[name]
    if design is None:
        await run_tocsin(dsn, stop, sends=name in SENDING)
        return
    async with open_pool(dsn, size=6, application_name="rival", settings=SESSION) as pool:
        print("ready", flush=True)
        if isinstance(design, Events):
            await design.run(dsn, pool, stop)
        else:
            await _in_rounds(design, pool, stop, float(every))


async def _in_rounds(design: Round, pool: Pool, stop: asyncio.Event, every: float) -> None:
    """Rounds start at the multiples of ``every`` of the clock; one that fails is tried again at the next."""
    while not stop.is_set():
        try:
            async with asyncio.timeout(every - time.time() % every):
                await stop.wait()
        except TimeoutError:
            await _round(design, pool)


async def _round(design: Round, pool: Pool) -> None:
    try:
        async with pool.acquire() as connection:
            await design.run_once(connection)
    except asyncpg.PostgresError as error:
        print(f"the round failed: {error}", file=sys.stderr)


if __name__ == "__main__":
    uvloop.run(_main(*sys.argv[1:]))
