"""What the engine has stored of some objects, compared with what the rules say, through the functions the jobs use.

One function a kind, given ids: it returns what differs. Nothing is locked and nothing is read at one moment, so what
moves meanwhile may seem to differ: a second look is needed, and a look at whether its job is on the way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain import rotation
from tocsin.domain.maintenance import windows_at
from tocsin.domain.on_call import Roster
from tocsin.engine.healing.finding import Finding
from tocsin.engine.jobs.on_call_cause import parts
from tocsin.engine.jobs.policy import PolicyNow, policies
from tocsin.store import row_mapping
from tocsin.store.on_call import on_call_snapshot

_SQL = Statements(__package__, "walk.sql")

Compare = Callable[[Pool, Sequence[str]], Awaitable[Sequence[Finding]]]

# Definitions that cannot be read park their own job, which says why.
_UNREADABLE = (ValueError, LookupError, OSError)


async def rotations(pool: Pool, ids: Sequence[str]) -> Sequence[Finding]:
    """Rotations whose row says something else than their participants and handoffs do."""
    rows = await on_call_snapshot.rotation_rows(pool, _uuids(ids))
    return [_differs("rotation", row["id"]) for row in rows if _rotation_differs(row)]


def _rotation_differs(row: asyncpg.Record) -> bool:
    try:
        decision = on_call_snapshot.rotation_now(row).decide(row["now"])
    except _UNREADABLE:
        return False
    return not isinstance(decision, rotation.Rest)


async def schedules(pool: Pool, ids: Sequence[str]) -> Sequence[Finding]:
    """Schedules whose on-call rows are not those that the rules make, or that look again too late."""
    rows = await on_call_snapshot.schedule_rows(pool, _uuids(ids))
    whole = await on_call_snapshot.around(pool, rows)
    readable = [row for row in rows if row["id"] in whole.schedules]
    return [_differs("schedule", row["id"]) for row in readable if _schedule_differs(row, whole)]


def _schedule_differs(row: asyncpg.Record, whole: Roster) -> bool:
    wanted = {str(one.user_id): parts(one.because) for one in whole.of_schedule(row["id"], whole.now)}
    if row["version"] is None or wanted != row["last_known"]:
        return True
    next_change = whole.next_change(row["id"])
    return next_change is not None and (row["next_change"] is None or row["next_change"] > next_change)


async def mirrors(pool: Pool, ids: Sequence[str]) -> Sequence[Finding]:
    """Policies whose mirror names others than would be paged, or whose alerts wait although somebody would be."""
    loads = policies(pool)
    loaded = await asyncio.gather(*map(loads.load, _uuids(ids)), return_exceptions=True)
    found = [one for one in loaded if isinstance(one, PolicyNow)]
    differing = [one for one in found if not all(step.is_mirrored for step in one.steps.values())]
    paging = [one.policy.id for one in found if any(step.pages_somebody for step in one.policy.steps)]
    waiting = await pool.fetch(_SQL["waiting_for_somebody"], paging)
    return [
        *(_differs("policy", one.policy.id) for one in differing),
        *(Finding("policy_alerts", str(row["id"]), "nobody_missed") for row in waiting),
    ]


async def services(pool: Pool, ids: Sequence[str]) -> Sequence[Finding]:
    """Services of whose planned windows something else is stored than they say."""
    rows = await pool.fetch(_SQL["services"], _uuids(ids))
    return [_differs("service", row["id"]) for row in rows if _service_differs(row)]


def _service_differs(row: asyncpg.Record) -> bool:
    try:
        windows = windows_at([row_mapping.window(window) for window in row["windows"]], row["now"])
    except _UNREADABLE:
        return False
    return (row["window_ends_at"], row["next_change"]) != (windows.ends_at, windows.next_change)


async def alerts(pool: Pool, ids: Sequence[str]) -> Sequence[Finding]:
    """Alerts and their cycles that are not as they should be."""
    numbers = [int(each) for each in ids]
    rows = [*await pool.fetch(_SQL["alerts"], numbers), *await pool.fetch(_SQL["cycles"], numbers)]
    return [Finding(**row) for row in rows]


async def pages(pool: Pool, _ids: Sequence[str] = ()) -> Sequence[Finding]:
    """Pages that wait for longer than anything makes them; an index has them together, so all are looked at."""
    return [Finding(**row) for row in await pool.fetch(_SQL["pages"])]


def _uuids(ids: Sequence[str]) -> Sequence[UUID]:
    return [UUID(each) for each in ids]


def _differs(kind: str, object_id: UUID) -> Finding:
    return Finding(kind, str(object_id), "differs")


OF_KIND: Mapping[str, Compare] = {
    "rotation": rotations,
    "schedule": schedules,
    "policy": mirrors,
    "service": services,
    "alert": alerts,
    "page": pages,
}
"""How each kind is compared, in the order in which one kind depends on those before."""
