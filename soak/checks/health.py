"""After the run the engine is well: nothing overdue, nothing parked, no connection and no memory kept, no errors."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from soak.environment import Environment
from soak.processes import Slot

_BACK_WITHIN = 20.0
_MOST_GROWTH = 48 * 1024 * 1024

_CONNECTIONS = """
select application_name as name, count(*) as count from pg_stat_activity
where datname = current_database() and application_name like 'tocsin%' group by application_name
"""

_OVERDUE = "select kind, id, reason from engine_overdue limit 20"

_ROTATIONS = "select rotation_id::text as id from rotation_state where shift_end <= now()"

_ALLOWED = {("worker_failed", "LockNotAvailableError"), ("worker_failed", "DeadlockDetectedError")}
"""What may be logged as an error, by event and exception: a worker starts anew when somebody has locked the queue."""


async def connections(environment: Environment) -> Mapping[str, int]:
    """How many each part of Tocsin has, by the name that it gives itself."""
    return {row["name"]: row["count"] for row in await environment.pool.fetch(_CONNECTIONS)}


async def check_connections(
    environment: Environment, before: Mapping[str, int], bounds: Mapping[str, int]
) -> Mapping[str, int]:
    """No more than before the faults, or than a pool that grows with its work may have."""
    now: Mapping[str, int] = {}
    loop = asyncio.get_running_loop()
    until = loop.time() + _BACK_WITHIN
    while loop.time() < until:
        now = await connections(environment)
        if all(count <= bounds.get(name, before.get(name, 0)) for name, count in now.items()):
            return now
        await asyncio.sleep(0.2)
    environment.fail("connections", "pg_stat_activity", f"{dict(before)} before, {dict(now)} at the end")
    return now


async def check_engine(environment: Environment) -> None:
    """What the views say, now that nothing waits."""
    for row in await environment.pool.fetch(_OVERDUE):
        environment.fail("engine_overdue", f"{row['kind']} {row['id']}", row["reason"])
    for row in await environment.pool.fetch(_ROTATIONS):
        environment.fail("rotations", row["id"], "its shift is over, and nobody has been handed to")


def check_memory(environment: Environment, slot: Slot, samples: Sequence[int]) -> tuple[int, int]:
    """Resident bytes at the end of the warm-up and at the end of the run, each as the median of a quarter of it."""
    quarter = max(len(samples) // 4, 1)
    early, late = median(samples[quarter : 2 * quarter] or samples), median(samples[-quarter:])
    if late - early > _MOST_GROWTH:
        environment.fail("memory", slot.name, f"grew from {early / 2**20:.0f} to {late / 2**20:.0f} MB")
    return int(early), int(late)


def check_logs(environment: Environment) -> Mapping[str, int]:
    """Warnings by event. An error that is not allowed is a failure, and so is a line that is no event."""
    warnings: Counter[str] = Counter()
    for path in sorted((environment.directory / "logs").glob("*.log")):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            _judge(environment, f"{path.name}:{number}", line, warnings)
    return warnings


def _judge(environment: Environment, where: str, line: str, warnings: Counter[str]) -> None:
    try:
        entry = json.loads(line)
        event, level = entry["event"], entry["level"]
    except (ValueError, KeyError, TypeError):
        environment.fail("logs", where, f"is no event: {line[:300]}")
        return
    if level in ("error", "critical") and not any(event == e and name in line for e, name in _ALLOWED):
        told = entry.get("exception", "").strip().splitlines() or [line]
        environment.fail("logs", where, f"{event}: {told[-1][:500]}")
    elif level == "warning":
        warnings[event] += 1
