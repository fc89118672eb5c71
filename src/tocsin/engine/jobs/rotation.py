"""Job ``rotation``: who is active is brought up to date, at a handoff or after a change (R2 to R4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain.on_call import rotation
from tocsin.domain.on_call.rotation import End, Move, RotationDecision, RotationWait
from tocsin.domain.on_call.snapshot import RotationSnapshot
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.queue.job import GONE, JobKind, Outcome, retry_on_conflict
from tocsin.store.on_call import on_call_snapshot

_SQL = Statements(__package__, "rotation.sql")


@dataclass(frozen=True, slots=True)
class VersionedRotation:
    """A rotation as of one moment. ``version`` is None when nobody is active."""

    id: UUID
    found: RotationSnapshot
    version: int | None
    now: datetime


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one rotation."""

    async def load_many(rotation_ids: Sequence[UUID]) -> Mapping[UUID, VersionedRotation]:
        rows = await on_call_snapshot.rotation_rows(pool, rotation_ids)
        return {
            row["id"]: VersionedRotation(row["id"], on_call_snapshot.rotation_now(row), row["version"], row["now"])
            for row in rows
        }

    loads = BatchLoader(load_many)

    async def attempt(object_id: str) -> Outcome | None:
        loaded = await loads.load(UUID(object_id))
        if loaded is None:
            return GONE
        decision = loaded.found.decide(loaded.now)
        return _outcome(loaded, decision) if await _apply(pool, loaded, decision) else None

    async def drift(object_id: str) -> str | None:
        loaded = await loads.load(UUID(object_id))
        return None if loaded is None else _drift(loaded)

    return JobKind("rotation", retry_on_conflict(attempt), drift)


def _drift(loaded: VersionedRotation) -> str | None:
    """What is wrong with the row, unless its handoff is due."""
    if isinstance(loaded.found.decide(loaded.now), RotationWait):
        return None
    if loaded.found.state is None:
        return "no_state"
    end = loaded.found.state.shift_end
    return "differs" if end is None or end > loaded.now else None


async def _apply(pool: Pool, loaded: VersionedRotation, decision: RotationDecision) -> bool:
    """Write the decision; False when the rotation has moved since it was loaded."""
    match decision:
        case Move(state=to):
            row = (to.position, to.participant_id, to.shift_start, to.shift_end)
            return bool(await pool.fetchval(_SQL["move"], loaded.id, loaded.version, *row))
        case End():
            return bool(await pool.fetchval(_SQL["end"], loaded.id, loaded.version))
        case RotationWait():
            return True
        case _:
            assert_never(decision)


def _outcome(loaded: VersionedRotation, decision: RotationDecision) -> Outcome:
    state = loaded.found.state
    match decision:
        case Move(reason=rotation.RotationReason.HANDOFF as reason) if state is not None:
            return Outcome(reason, due=state.shift_end, acted=loaded.now)
        case Move(reason=reason) | End(reason=reason):
            return Outcome(reason)
        case RotationWait(reason=reason, until=until):
            return Outcome(reason, wake_at=until)
        case _:
            assert_never(decision)
