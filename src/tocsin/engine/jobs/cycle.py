"""Job ``cycle``: one user's notification rules are worked through for one entry into a step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.domain.paging.cycle import (
    Cycle,
    CycleDecision,
    DuePage,
    EndCycle,
    HoldCycle,
    PagingRule,
    Tick,
    Ticks,
    due_beside,
    tick,
)
from tocsin.domain.paging.reasons import LetOthersMove
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.batch.write import BatchWriter, Work
from tocsin.engine.queue.job import GONE, PAGES, JobKind, Outcome, retry_on_conflict
from tocsin.store import row_mapping

_SQL = Statements(__package__, "cycle.sql")


@dataclass(frozen=True, slots=True)
class CycleSnapshot:
    """A running cycle and all that decides about it, as of one moment.

    ``beside``: other cycles, by id, that page the same user for the same alert and are due now or in a moment.
    """

    id: UUID
    cycle: Cycle
    beside: Mapping[UUID, Cycle]
    rules: Sequence[PagingRule]
    now: datetime

    def ticking(self) -> Mapping[UUID, Cycle]:
        """The cycles that tick together, this one first."""
        due = due_beside(list(self.beside.values()), self.now)
        return {self.id: self.cycle, **{key: one for key, one in self.beside.items() if one in due}}


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one notification cycle."""

    async def load_many(cycle_ids: Sequence[UUID]) -> Mapping[UUID, CycleSnapshot]:
        return {row["id"]: _snapshot(row) for row in await pool.fetch(_SQL["load"], cycle_ids)}

    loads, ticking = BatchLoader(load_many), BatchWriter(pool, "tick_cycle")

    async def attempt(object_id: str) -> Outcome | None:
        loaded = await loads.load(UUID(object_id))
        if loaded is None:
            return GONE
        decision = tick(loaded.cycle, loaded.rules, loaded.now, list(loaded.beside.values()))
        return _outcome(loaded, decision) if await _apply(pool, ticking, loaded, decision) else None

    async def drift(object_id: str) -> str | None:
        loaded = await loads.load(UUID(object_id))
        return None if loaded is None else _drift(loaded)

    return JobKind("cycle", retry_on_conflict(attempt), drift)


def _drift(loaded: CycleSnapshot) -> str | None:
    """What is wrong with a cycle that is not due: nobody needs it any more, or it wakes later than its rules say."""
    stored = loaded.cycle.next_tick
    match tick(loaded.cycle, loaded.rules, loaded.now, list(loaded.beside.values())):
        case EndCycle():
            return "still_paging"
        case Ticks(cycles=[Tick(pages=pages, next_tick=next_tick), *_]) if stored is None or stored > loaded.now:
            is_late = next_tick is not None and (stored is None or stored > next_tick)
            return "differs" if pages or is_late else None
        case _:
            return None


def _snapshot(row: asyncpg.Record) -> CycleSnapshot:
    cycle = Cycle(
        alert_status=row["status"],
        started_at=row["started_at"],
        last_tick=row["last_tick"],
        repeat_every=row["repeat_every"],
        maintenance_until=maintenance.holds(row, row["now"]),
        next_tick=row["next_tick"],
        alert_moves_at=row["alert_moves_at"],
        number=row["escalation_count"],
    )
    beside = {UUID(one["id"]): _beside(cycle, one) for one in row["beside"]}
    return CycleSnapshot(row["id"], cycle, beside, [row_mapping.rule(rule) for rule in row["rules"]], row["now"])


def _beside(cycle: Cycle, item: row_mapping.Item) -> Cycle:
    every = item["repeat_seconds"]
    return replace(
        cycle,
        started_at=datetime.fromisoformat(item["started_at"]),
        last_tick=datetime.fromisoformat(item["last_tick"]) if item["last_tick"] else None,
        next_tick=datetime.fromisoformat(item["next_tick"]),
        repeat_every=None if every is None else timedelta(seconds=every),
        number=item["escalation_count"],
    )


async def _apply(pool: Pool, ticking: BatchWriter, loaded: CycleSnapshot, decision: CycleDecision) -> bool:
    """Write the decision; False when the cycle has moved since it was loaded."""
    where = (loaded.id, loaded.cycle.last_tick)
    match decision:
        case Ticks(cycles=ticks):
            return bool(await ticking.write(_ticked(loaded, ticks)))
        case LetOthersMove(until=until) if until <= loaded.now:
            return True
        case HoldCycle(until=until) | LetOthersMove(until=until):
            return bool(await pool.fetchval(_SQL["hold"], *where, until))
        case EndCycle(reason=reason):
            return bool(await pool.fetchval(_SQL["end"], *where, reason))
        case _:
            assert_never(decision)


def _ticked(loaded: CycleSnapshot, ticks: Sequence[Tick]) -> Work:
    ticked = zip(loaded.ticking().items(), ticks, strict=True)
    return {
        "now": _text(loaded.now),
        "cycles": [_moved(cycle_id, cycle, tick) for (cycle_id, cycle), tick in ticked],
    }


def _moved(cycle_id: UUID, cycle: Cycle, tick: Tick) -> Work:
    return {
        "id": str(cycle_id),
        "last_tick": _text(cycle.last_tick),
        "next_tick": _text(tick.next_tick),
        "pages": [page_to_write(page) for page in tick.pages],
    }


def page_to_write(page: DuePage) -> Work:
    """A page as the functions that write it take it."""
    status, reason = page.state
    return {
        "rule_id": str(page.rule.id),
        "contact_method_id": str(page.rule.contact_method_id),
        "round": page.round,
        "status": status,
        "reason": reason,
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _outcome(loaded: CycleSnapshot, decision: CycleDecision) -> Outcome:
    match decision:
        case Ticks(cycles=ticks):
            pages = [page for tick in ticks for page in tick.pages]
            due = loaded.cycle.next_tick if pages else None
            wakes = (PAGES,) if pages else ()
            wake_at = _unchanged(loaded, ticks[0].next_tick)
            return Outcome("ticked", due=due, acted=loaded.now, wake_at=wake_at, wakes=wakes)
        case LetOthersMove(until=until, reason=reason) if until <= loaded.now:
            return Outcome(reason, wake_at=until)
        case HoldCycle(until=until, reason=reason) | LetOthersMove(until=until, reason=reason):
            return Outcome(reason, wake_at=_unchanged(loaded, until))
        case EndCycle(reason=reason):
            return Outcome(reason)
        case _:
            assert_never(decision)


def _unchanged(loaded: CycleSnapshot, next_tick: datetime | None) -> datetime | None:
    """A next tick that was the row's already: its trigger has not enqueued it, and this run may have been its job."""
    return next_tick if next_tick == loaded.cycle.next_tick else None
