"""The reconciler (L2): every object is compared with what the rules say, slowly, in the order of ids, without end.

It finds what no trigger saw and no view can show: rows changed by SQL, restored, or written by a version that knew
less. Each kind of job says itself whether an object has drifted (``JobKind.drift``), by the functions that its runs
decide with; a run repairs it.

Engines share one round: who writes down first how far it has come takes the objects up to there, so none is compared
twice and the round goes on where a dead engine left it. Each takes its share of what one second's worth is; together
they aim at nine tenths of the bound, so that those left can make up for engines that stop meanwhile.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

import structlog

from tocsin.db.pool import CONNECTION_ERRORS, Pool
from tocsin.db.sql import Statements
from tocsin.domain.paging.sending import MOST_ASKED_FOR
from tocsin.engine.healing import repair
from tocsin.engine.healing.drift import Drift
from tocsin.engine.jobs.state_kinds import state_kinds
from tocsin.engine.queue.job import JobKind

log = structlog.get_logger(__name__)

_SQL = Statements(__package__, "reconcile.sql")

KINDS_OF_A_ROUND = ("rotation", "schedule", "policy", "service", "heartbeat", "alert", "closing", "page")
"""One kind a second, in the order in which one depends on those before; cycles are compared with their alerts.

A statement that reads many objects costs little more than one that reads a few.
"""

EVERY = timedelta(seconds=1)

# In a small installation a run takes more than its share, and a round takes seconds.
_FEWEST = 20

# Counting the objects of a kind reads an index from end to end.
_COUNTED_EVERY = timedelta(minutes=1)

# An object that is being moved has been moved by then: it has not drifted.
SECOND_LOOK_AFTER = timedelta(seconds=1)

# The full check takes every object, in parts of this size.
_PART = 1000

Kinds = Mapping[str, JobKind]


@dataclass(slots=True)
class Reconciler:
    """The part of one engine. ``within``: a round over all objects takes no longer, whatever their number."""

    pool: Pool
    within: timedelta
    _kinds: Kinds = field(init=False)
    _runs: int = 0
    _counts: dict[str, tuple[int, float]] = field(default_factory=dict)
    """How many objects of a kind there were, and when that was counted, by the loop's clock."""

    def __post_init__(self) -> None:
        self._kinds = state_kinds(self.pool)

    async def run_once(self) -> int:
        """Compare some objects of the next kind, and repair those that have drifted; returns how many had."""
        kind = KINDS_OF_A_ROUND[self._runs % len(KINDS_OF_A_ROUND)]
        self._runs += 1
        ids = await self._take(kind) if kind != "page" else []
        drifts = await _confirmed(self.pool, self._kinds, kind, ids)
        await repair.repair(self.pool, self._kinds, drifts)
        return len(drifts)

    async def _take(self, kind: str) -> Sequence[str]:
        before = await self.pool.fetchrow(_SQL["progress"], kind)
        if before is None:
            return []
        count = self._share(await self._count(kind), before["engines"])
        ids = [row["id"] for row in await self.pool.fetch(_SQL[f"{kind}_ids"], before["after"], count)]
        after = ids[-1] if len(ids) == count else ""
        is_first = await self.pool.fetchval(_SQL["go_on"], kind, before["after"], after, before["rounds"])
        return ids if is_first else []

    async def _count(self, kind: str) -> int:
        now = asyncio.get_running_loop().time()
        count, counted_at = self._counts.get(kind, (0, float("-inf")))
        if now - counted_at >= _COUNTED_EVERY.total_seconds():
            count = await self.pool.fetchval(_SQL["count"], kind)
            self._counts[kind] = count, now
        return count

    def _share(self, objects: int, engines: int) -> int:
        """How many objects of a kind one run takes, so that all engines get round well in ``within``."""
        runs = (self.within * 0.9) / (EVERY * len(KINDS_OF_A_ROUND))
        return max(ceil((objects + 1) / max(runs * engines, 1)), _FEWEST)


async def drifted(pool: Pool, kinds: Kinds) -> Sequence[Drift]:
    """What a whole round would find, now."""
    found: list[Drift] = []
    for kind in KINDS_OF_A_ROUND:
        found += await _confirmed(pool, kinds, kind, await _all_ids(pool, kind))
    return found


async def _all_ids(pool: Pool, kind: str) -> Sequence[str]:
    if kind == "page":
        return []
    ids: list[str] = []
    while part := await pool.fetch(_SQL[f"{kind}_ids"], ids[-1] if ids else "", _PART):
        ids += [row["id"] for row in part]
    return ids


async def _confirmed(pool: Pool, kinds: Kinds, kind: str, ids: Sequence[str]) -> Sequence[Drift]:
    """What differs in two looks, a moment apart, and has no job on the way."""
    suspects = await _suspects(pool, kinds, kind, ids)
    if not suspects:
        return []
    await asyncio.sleep(SECOND_LOOK_AFTER.total_seconds())
    keys = {(drift.kind, drift.id, drift.reason) for drift in suspects}
    again = [each for each in await _suspects(pool, kinds, kind, ids) if (each.kind, each.id, each.reason) in keys]
    rows = await pool.fetch(_SQL["left_alone"], [each.kind for each in again], [each.id for each in again])
    alone = {(row["kind"], row["id"]) for row in rows}
    return [each for each in again if each.kind == "page" or (each.kind, each.id) in alone]


async def _suspects(pool: Pool, kinds: Kinds, kind: str, ids: Sequence[str]) -> Sequence[Drift]:
    if kind == "page":
        return [Drift(**row) for row in await pool.fetch(_SQL["pages"], MOST_ASKED_FOR)]
    found: list[Drift] = []
    for start in range(0, len(ids), _PART):
        found += await _drifts_of(pool, kinds, kind, ids[start : start + _PART])
    return found


async def _drifts_of(pool: Pool, kinds: Kinds, kind: str, ids: Sequence[str]) -> Sequence[Drift]:
    """Those that have drifted. Where one look at their rows shows that most are well, only the others are compared."""
    if kind == "alert":
        return await _of_alerts(pool, kinds, ids)
    if kind == "policy":
        ids = [row["id"] for row in await pool.fetch(_SQL["policy_suspects"], ids)]
    return await _drifts(kinds[kind], dict.fromkeys(ids))


async def _of_alerts(pool: Pool, kinds: Kinds, ids: Sequence[str]) -> Sequence[Drift]:
    """Alerts and their cycles, but for those of which one look at their rows shows that nothing can be wrong."""
    numbers = [int(each) for each in ids]
    alerts = await pool.fetch(_SQL["alert_suspects"], numbers)
    cycles = await pool.fetch(_SQL["cycle_suspects"], numbers)
    return [
        *await _drifts(kinds["alert"], {row["id"]: row["due"] for row in alerts}),
        *await _drifts(kinds["cycle"], {row["id"]: row["due"] for row in cycles}),
    ]


async def _drifts(kind: JobKind, dues: Mapping[str, datetime | None]) -> Sequence[Drift]:
    """Of these objects, given with when each should move, those that have drifted.

    Nothing is locked and nothing is read at one moment, so what moves meanwhile may seem to differ.
    """
    found = await asyncio.gather(*(_drift(kind, object_id, due) for object_id, due in dues.items()))
    return [drift for drift in found if drift is not None]


async def _drift(kind: JobKind, object_id: str, due: datetime | None) -> Drift | None:
    try:
        reason = await kind.drift(object_id)
    except CONNECTION_ERRORS:
        raise
    except Exception as error:  # what cannot be read parks its own job, which says why
        log.warning("not_compared", kind=kind.name, object_id=object_id, error=repr(error))
        return None
    return Drift(kind.name, object_id, reason, due) if reason is not None else None
