"""Job ``policy``: the rows that mirror whom each step would page are brought up to date, with their history (P1).

An alert that enters a step asks here too, and does not wait for this job: whom a step pages is worked out from what is
defined, at that moment (P3). It brings the mirror up to date itself when that says something else.

The history tells the planned moments, as a schedule's does. It is worked out by whoever writes it only: in a storm it
is enough to know whom a step pages now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tocsin.db.pool import Connection, Pool, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.escalation.definition import PolicyDefinition, StepDefinition
from tocsin.domain.escalation.policy import OnCallUser, ResolvedPolicy
from tocsin.domain.on_call.history import History, history, replayed
from tocsin.domain.on_call.snapshot import OnCallCause, OnCallSnapshot, Target, ids_of
from tocsin.engine.batch.batch import Batch, Request
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.jobs.on_call_cause import OnCallCauses, of_step
from tocsin.engine.jobs.on_call_history import replay, row_arguments
from tocsin.engine.queue.job import GONE, JobKind, Outcome
from tocsin.store import row_mapping
from tocsin.store.on_call import on_call_snapshot

_SQL = Statements(__package__, "policy.sql")

CausesByUser = Mapping[UUID, Sequence[OnCallCause]]

# A job that finds nothing changed writes that down at least so often: then the time to work out again stays short.
_NOTED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StepUser:
    """A user's name and notification rules, and whether one of these has an enabled contact method."""

    name: str
    reachable: bool
    rules: Sequence[row_mapping.Item] = ()


@dataclass(frozen=True, slots=True)
class StepSnapshot:
    """Whom a step would page now and why, and whether its mirror says the same."""

    because: Mapping[UUID, OnCallCauses]
    is_mirrored: bool


@dataclass(frozen=True, slots=True)
class PolicySnapshot:
    """A policy with whom each of its steps would page now."""

    policy: ResolvedPolicy
    steps: Mapping[UUID, StepSnapshot]
    people: Mapping[UUID, StepUser]

    @property
    def is_mirrored(self) -> bool:
        """Whether the mirrors of all steps name who would be paged."""
        return all(step.is_mirrored for step in self.steps.values())


def policies(pool: Pool) -> BatchLoader[UUID, PolicySnapshot]:
    """Reads policies as they are now."""

    async def load_many(policy_ids: Sequence[UUID]) -> Mapping[UUID, PolicySnapshot]:
        return await _load(pool, policy_ids)

    return BatchLoader(load_many)


@dataclass(slots=True)
class Mirrors:
    """Brings mirrors up to date, each once for all that ask in one turn of the event loop.

    In a storm at a handoff a hundred alerts of one policy ask at once; each by itself would hold the policy, and read
    all that decides about it, one after the other.
    """

    pool: Pool
    _batch: Batch[UUID] = field(init=False)

    def __post_init__(self) -> None:
        self._batch = Batch(self._answer)

    async def freshen(self, policy_id: UUID) -> None:
        """Make the mirrors of the policy's steps name who would be paged now, in a transaction of its own."""
        await self._batch.ask(policy_id)

    async def _answer(self, requests: Sequence[Request[UUID]]) -> None:
        for policy_id in {request.content for request in requests}:
            those = [request for request in requests if request.content == policy_id]
            try:
                async with self.pool.acquire() as connection, connection.transaction():
                    await hold(connection, policy_id)
                    await bring_up_to_date(connection, policy_id)
            except Exception as error:
                for request in those:
                    request.reject(error)
            else:
                for request in those:
                    request.resolve(None)


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one policy's mirror."""
    mirrors = Mirrors(pool)

    async def load_many(policy_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[MirrorHistory]]:
        return await _stale_mirrors(pool, policy_ids)

    loads, now = BatchLoader(load_many), policies(pool)

    async def run(object_id: str) -> Outcome:
        found = await loads.load(UUID(object_id))
        if found is None:
            return GONE
        if not found:
            return Outcome("unchanged")
        await mirrors.freshen(UUID(object_id))
        return Outcome("brought_up_to_date")

    async def drift(object_id: str) -> str | None:
        found = await now.load(UUID(object_id))
        return "differs" if found is not None and not found.is_mirrored else None

    return JobKind("policy", run, drift)


async def hold(connection: Connection, policy_id: UUID) -> None:
    """Keep the policy and its steps as they are until the transaction ends. Comes before all other locks."""
    await connection.execute(_SQL["lock"], policy_id)


async def bring_up_to_date(connection: Connection, policy_id: UUID, only: UUID | None = None) -> None:
    """Make the mirrors of the policy's steps, or of one of them, name who would be paged now and in the time since.

    The policy is held and read again, so that what was read earlier is never written over what was read later.
    """
    for mirror in (await _stale_mirrors(connection, [policy_id])).get(policy_id, ()):
        if only in (None, mirror.step_id):
            rows = row_arguments(mirror.history.changed), row_arguments(mirror.history.added)
            await connection.execute(_SQL["mirror"], mirror.step_id, mirror.until, *rows)


@dataclass(frozen=True, slots=True)
class MirrorHistory:
    """What a step's mirror lacks, up to ``until``."""

    step_id: UUID
    history: History[OnCallCauses]
    until: datetime


async def _stale_mirrors(database: Queryable, policy_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[MirrorHistory]]:
    """Of each policy the steps whose mirrors are not up to date."""
    rows = await database.fetch(_SQL["load"], policy_ids)
    steps = [
        (row["id"], *each)
        for row in rows
        for each in zip(row_mapping.policy_definition(row).steps, row["steps"], strict=True)
    ]
    recorded = [moment for _, _, step in steps if (moment := _instant(step["history_until"])) is not None]
    used = [target for _, definition, _ in steps for target in definition.targets]
    snapshot = await _on_call_snapshot(database, used, min(recorded, default=None))
    found: dict[UUID, list[MirrorHistory]] = {row["id"]: [] for row in rows}
    for policy_id, definition, step in steps:
        stale = await _mirror_history(snapshot or OnCallSnapshot(rows[0]["now"]), definition, step)
        found[policy_id] += [stale] if stale is not None else []
    return found


async def _mirror_history(
    snapshot: OnCallSnapshot, step: StepDefinition, row: Mapping[str, Any]
) -> MirrorHistory | None:
    changed_at = datetime.fromisoformat(row["changed_at"])
    changes = [changed_at, *(at for one in step.targets for at in snapshot.changes(one))]
    window = replayed(snapshot.now, _instant(row["history_until"]), changes)
    stored = {UUID(user_id): because for user_id, because in row["mirror"].items()}
    told = await replay(window, lambda over: history(stored, snapshot.pieces(step.targets, over), of_step, over))
    is_noted = row["history_until"] is not None and window.end - window.start <= _NOTED_EVERY
    return None if told.is_told and is_noted else MirrorHistory(step.id, told, snapshot.now)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


async def _load(database: Queryable, policy_ids: Sequence[UUID]) -> Mapping[UUID, PolicySnapshot]:
    rows = await database.fetch(_SQL["load"], policy_ids)
    definitions = {row["id"]: row_mapping.policy_definition(row) for row in rows}
    on_call = await _on_call(database, [step for definition in definitions.values() for step in definition.steps])
    users = {user_id for causes in on_call.values() for user_id in causes}
    found = await database.fetch(_SQL["people"], list(users)) if users else []
    people = {row["id"]: StepUser(row["name"], row["reachable"], row["rules"]) for row in found}
    mirrors = {UUID(step["id"]): step["mirror"] for row in rows for step in row["steps"]}
    return {
        policy_id: _policy_snapshot(definition, on_call, mirrors, people)
        for policy_id, definition in definitions.items()
    }


async def _on_call(database: Queryable, steps: Sequence[StepDefinition]) -> Mapping[UUID, CausesByUser]:
    """The users of each step; users are known without asking anything."""
    snapshot = await _on_call_snapshot(database, [target for step in steps for target in step.targets])
    if snapshot is None:
        return {step.id: {one.id: (OnCallCause(one),) for one in step.targets if one.type == "user"} for step in steps}
    return {step.id: snapshot.on_call(step.targets, snapshot.now) for step in steps}


async def _on_call_snapshot(
    database: Queryable, used: Sequence[Target], since: datetime | None = None
) -> OnCallSnapshot | None:
    """The rotations and schedules among the targets; None when there are none, which need not be asked for."""
    rotations, schedules = ids_of("rotation", used), ids_of("schedule", used)
    return await on_call_snapshot.load(database, rotations, schedules, since) if rotations or schedules else None


def _policy_snapshot(
    definition: PolicyDefinition,
    on_call: Mapping[UUID, CausesByUser],
    mirrors: Mapping[UUID, Mapping[str, Any]],
    people: Mapping[UUID, StepUser],
) -> PolicySnapshot:
    now = {step.id: _step_snapshot(on_call[step.id], mirrors[step.id], people) for step in definition.steps}
    steps = [
        step.step([OnCallUser(user_id, people[user_id].reachable) for user_id in now[step.id].because])
        for step in definition.steps
    ]
    return PolicySnapshot(ResolvedPolicy(definition.id, definition.repeat, steps, definition.catch_all_id), now, people)


def _step_snapshot(causes: CausesByUser, mirror: Mapping[str, Any], people: Mapping[UUID, StepUser]) -> StepSnapshot:
    because = {user_id: of_step(reasons) for user_id, reasons in causes.items() if user_id in people}
    return StepSnapshot(because, {str(user_id): reasons for user_id, reasons in because.items()} == mirror)
