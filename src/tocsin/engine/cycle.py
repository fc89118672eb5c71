"""Job ``cycle``: one user's notification rules are worked through for one entry into a step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain import paging
from tocsin.domain.paging import Cycle, EndCycle, HoldCycle, LetAlertMove, Rule, Tick
from tocsin.engine.apart import Apart, Work
from tocsin.engine.held import held_until
from tocsin.engine.job import GONE, PAGES, JobKind, Outcome, look
from tocsin.engine.together import Together
from tocsin.store import readings

_SQL = Statements(__package__, "cycle.sql")

Decision = Tick | EndCycle | HoldCycle | LetAlertMove


@dataclass(frozen=True, slots=True)
class Loaded:
    """A running cycle and all that decides about it, as of one moment."""

    id: UUID
    cycle: Cycle
    rules: Sequence[Rule]
    now: datetime


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one notification cycle."""

    async def load_many(cycle_ids: Sequence[UUID]) -> Mapping[UUID, Loaded]:
        return {row["id"]: _loaded(row) for row in await pool.fetch(_SQL["load"], cycle_ids)}

    loads, ticking = Together(load_many), Apart(pool, "tick_cycle")

    async def once(object_id: str) -> Outcome | None:
        loaded = await loads.load(UUID(object_id))
        if loaded is None:
            return GONE
        decision = paging.tick(loaded.cycle, loaded.rules, loaded.now)
        return _outcome(loaded, decision) if await _apply(pool, ticking, loaded, decision) else None

    return JobKind("cycle", look(once))


def _loaded(row: asyncpg.Record) -> Loaded:
    cycle = Cycle(
        alert_status=row["status"],
        started_at=row["started_at"],
        last_tick=row["last_tick"],
        repeat_every=row["repeat_every"],
        maintenance_until=held_until(row),
        next_tick=row["next_tick"],
        alert_moves=row["alert_moves"],
    )
    return Loaded(row["id"], cycle, [readings.rule(rule) for rule in row["rules"]], row["now"])


async def _apply(pool: Pool, ticking: Apart, loaded: Loaded, decision: Decision) -> bool:
    """Write the decision; False when the cycle has moved since it was loaded."""
    where = (loaded.id, loaded.cycle.last_tick)
    match decision:
        case Tick():
            return bool(await ticking.write(_ticked(loaded, decision)))
        case HoldCycle(until=until):
            return bool(await pool.fetchval(_SQL["hold"], *where, until))
        case EndCycle(reason=reason):
            return bool(await pool.fetchval(_SQL["end"], *where, reason))
        case LetAlertMove():
            return True
        case _:
            assert_never(decision)


def _ticked(loaded: Loaded, tick: Tick) -> Work:
    return {
        "cycle_id": str(loaded.id),
        "last_tick": _text(loaded.cycle.last_tick),
        "now": _text(loaded.now),
        "next_tick": _text(tick.next_tick),
        "pages": [
            {
                "rule_id": str(page.rule.id),
                "contact_method_id": str(page.rule.contact_method_id),
                "round": page.round,
                "bundled": page.bundled,
            }
            for page in tick.pages
        ],
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _outcome(loaded: Loaded, decision: Decision) -> Outcome:
    match decision:
        case Tick(pages=pages, next_tick=next_tick):
            due = loaded.cycle.next_tick if pages else None
            feeds = (PAGES,) if pages else ()
            return Outcome("ticked", due=due, acted=loaded.now, again=_unchanged(loaded, next_tick), feeds=feeds)
        case HoldCycle(until=until, reason=reason):
            return Outcome(reason, again=_unchanged(loaded, until))
        case EndCycle(reason=reason):
            return Outcome(reason)
        case LetAlertMove(reason=reason):
            return Outcome(reason, again=loaded.now)
        case _:
            assert_never(decision)


def _unchanged(loaded: Loaded, next_tick: datetime | None) -> datetime | None:
    """A next tick that was the row's already: its trigger has not enqueued it, and this run may have been its job."""
    return next_tick if next_tick == loaded.cycle.next_tick else None
