"""How much memory a Tocsin takes that has nothing to do yet."""

import asyncio
from pathlib import Path

from benchmarks.environment import database, tocsin
from benchmarks.table import Row

_SETTLES_SECONDS = 20


async def memory(server_dsn: str) -> list[Row]:
    """``tocsin serve`` on an empty database, without PostgreSQL: what Linux counts as resident."""
    async with database(server_dsn) as (dsn, _), tocsin(dsn, "serve") as served:
        await asyncio.sleep(_SETTLES_SECONDS)
        sizes = _sizes(served.pid)
    return [
        Row("resident (RSS)", sizes["Rss"], "MB", "<= 90"),
        Row("its own and its share (PSS)", sizes["Pss"], "MB"),
    ]


def _sizes(pid: int) -> dict[str, float]:
    """MB by the kernel's name for them."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(size.split()[0]) / 1024 for name, _, size in (line.partition(":") for line in lines)}
