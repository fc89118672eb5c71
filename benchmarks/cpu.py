"""How much of a processor processes use, from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def seconds_used(pids: Iterable[int]) -> float:
    """Processor seconds that the processes have used so far, their ended children included."""
    return sum(_ticks(pid) for pid in pids) / _TICK


def server_pids(backend: int) -> list[int]:
    """Every process of the PostgreSQL server that ``backend`` is one of."""
    postmaster = _parent(backend)
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [postmaster, *(pid for pid in pids if _parent(pid) == postmaster)]


def _parent(pid: int) -> int:
    return int(_stat(pid)[1]) if _stat(pid) else 0


def _stat(pid: int) -> list[str]:
    """The fields after the process's name; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _ticks(pid: int) -> int:
    return sum(map(int, _stat(pid)[11:15]))
