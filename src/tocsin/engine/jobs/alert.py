"""Job ``alert``: one open alert goes where it should on its policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never
from uuid import UUID

import asyncpg

from tocsin.db.pool import CONNECTION_ERRORS, Pool, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.escalation.decide import decide, unprompted
from tocsin.domain.escalation.decisions import (
    Enter,
    EscalationReason,
    Exhaust,
    FoundNobody,
    HandOver,
    Hold,
    Renew,
    Reopen,
    Stop,
    Wait,
)
from tocsin.domain.escalation.policy import ResolvedPolicy
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.batch.write import BatchWriter, Work
from tocsin.engine.jobs.alert_entering import entry
from tocsin.engine.jobs.alert_entries import paused
from tocsin.engine.jobs.alert_moves import LastMove, LastMoves
from tocsin.engine.jobs.alert_snapshot import AlertSnapshot, Decided, snapshot_of
from tocsin.engine.jobs.claimed_pages import ClaimedPages
from tocsin.engine.jobs.policy import Mirrors, PolicySnapshot, bring_up_to_date, hold, policies
from tocsin.engine.queue.job import GONE, PAGES, JobKind, Outcome, retry_on_conflict

_SQL = Statements(__package__, "alert.sql")

# The name of each drift, by what the alert would do about it.
_DRIFTS: Mapping[EscalationReason, str] = {
    EscalationReason.CLOSED: "closed_but_standing",
    EscalationReason.ACKNOWLEDGED: "acknowledgement_missed",
    EscalationReason.ACK_TIMEOUT_CHANGED: "acknowledgement_missed",
    EscalationReason.ACKNOWLEDGEMENT_RAN_OUT: "reopening_missed",
    EscalationReason.POLICY_CHANGED: "policy_missed",
    EscalationReason.STEP_DELETED: "step_missed",
    EscalationReason.LOOKED_AGAIN: "nobody_missed",
}


@dataclass(slots=True)
class _AlertJob:
    """What the job needs: loaders that read many alerts at once, and a writer that moves many.

    ``claimed``: takes the pages that a step has at once; None leaves them to their jobs.
    """

    pool: Pool
    claimed: ClaimedPages | None
    alerts: BatchLoader[int, AlertSnapshot] = field(init=False)
    moves: LastMoves = field(init=False)
    policies: BatchLoader[UUID, PolicySnapshot] = field(init=False)
    mirrors: Mirrors = field(init=False)
    entering: BatchWriter = field(init=False)

    def __post_init__(self) -> None:
        self.alerts, self.moves, self.policies = BatchLoader(self._load), LastMoves(self.pool), policies(self.pool)
        self.mirrors, self.entering = Mirrors(self.pool), BatchWriter(self.pool, "enter_step")

    async def attempt(self, object_id: str) -> Outcome | None:
        alert = await self.alerts.load(int(object_id))
        if alert is None:
            return None if await self.moves.restore(int(object_id), None) else GONE
        decided = await self._decide(alert)
        if decided is not None and decided.meets_stale_mirror:
            await self.mirrors.freshen(alert.policy_id)
            decided = await self._decide(alert)
        if decided is None:
            return None  # the policy has been deleted since the alert was read
        if isinstance(decided.decision, Enter):
            return await self._enter(decided, decided.decision)
        return decided.outcome if await _apply(self.pool, decided) else None

    async def drift(self, object_id: str) -> str | None:
        alert, move = await self._load_with_move(object_id)
        if alert is None:
            return "no_state" if move is not None else None
        policy = await self.policies.load(alert.policy_id) if alert.version is not None else None
        return None if policy is None else _drift(alert, policy.policy, move)

    async def restore(self, object_id: str) -> None:
        """Make the row what the last move left, if it says otherwise."""
        alert, move = await self._load_with_move(object_id)
        if alert is not None and move is not None and move.drift(alert.state) is not None:
            await self.moves.restore(alert.id, alert.version)

    async def _enter(self, decided: Decided, decision: Enter) -> Outcome | None:
        """Enter the step; a mirror that has gone stale again is made true in the same transaction (P3)."""
        claimed = self.claimed if self.claimed is not None and self.claimed.has_room() else None
        outcome = replace(decided.outcome, wakes=() if claimed else (PAGES,))
        work, broken = entry(decided, decision, claimed), self.entering.broken
        try:
            if decided.meets_stale_mirror:
                pages = await self._enter_with_mirror(decision, work)
            else:
                pages = await self.entering.write(work)
        except asyncpg.ForeignKeyViolationError:
            return None  # the step, or somebody on it, has been deleted since
        except CONNECTION_ERRORS:
            if claimed is not None:
                claimed.doubt()
            raise
        if pages is None:
            if claimed is not None and self.entering.broken != broken:
                claimed.doubt()  # it has moved by this very work, maybe
            return None
        if claimed is not None:
            claimed.put_all(pages)
        return outcome

    async def _enter_with_mirror(self, decision: Enter, work: Work) -> Any:
        async with self.pool.acquire() as connection, connection.transaction():
            await hold(connection, decision.policy_id)
            pages = await self.entering.write_on(connection, work)
            if pages is not None:
                await bring_up_to_date(connection, decision.policy_id, decision.step.id)
            return pages

    async def _decide(self, alert: AlertSnapshot) -> Decided | None:
        policy = await self.policies.load(alert.policy_id)
        if policy is None:
            return None
        return Decided(alert, policy, decide(alert.state, policy.policy, alert.now))

    async def _load_with_move(self, object_id: str) -> tuple[AlertSnapshot | None, LastMove | None]:
        """The move is read last: should the alert move in between, its version is no longer the one that was read."""
        alert = await self.alerts.load(int(object_id))
        return alert, await self.moves.load(int(object_id))

    async def _load(self, alert_ids: Sequence[int]) -> Mapping[int, AlertSnapshot]:
        rows = await self.pool.fetch(_SQL["load"], alert_ids)
        # An open alert that has lost its row is no closed one: the row is restored.
        return {row["id"]: snapshot_of(row) for row in rows if row["version"] is not None or row["status"] == "closed"}


def kind(pool: Pool, claimed: ClaimedPages | None = None) -> JobKind:
    """The kind of job that moves one alert. ``claimed`` sends the pages that a step has at once."""
    job = _AlertJob(pool, claimed)
    run = retry_on_conflict(job.attempt)

    async def repair(object_id: str) -> Outcome:
        await job.restore(object_id)
        return await run(object_id)

    return JobKind("alert", run, job.drift, repair)


def _drift(alert: AlertSnapshot, policy: ResolvedPolicy, move: LastMove | None) -> str | None:
    """How the alert has drifted: by what it would do although nothing is due, or by what its last move says."""
    if (reason := unprompted(alert.state, policy, alert.now)) is not None:
        return _DRIFTS.get(reason)
    return move.drift(alert.state) if move is not None else None


async def _apply(pool: Pool, decided: Decided) -> bool:
    """Write a decision other than to enter a step; False when the alert has moved since it was loaded."""
    alert, decision = decided.alert, decided.decision
    match decision:
        case Exhaust() | FoundNobody() | Hold():
            return await _pause(pool, alert, decision)
        case HandOver(policy_id=policy_id):
            return await _write(pool, "hand_over", alert, policy_id, paused(decision), alert.policy_id)
        case Reopen(reason=reason):
            return await _write(pool, "reopen", alert, reason)
        case Renew(until=until, reason=reason):
            return await _write(pool, "renew", alert, until, reason)
        case Stop(reason=reason, until=until):
            return await _write(pool, "stop", alert, reason, until)
        case Wait():
            return True
        case Enter():
            raise AssertionError("the job enters a step itself")
        case _:
            assert_never(decision)


async def _write(database: Queryable, statement: str, alert: AlertSnapshot, *arguments: object) -> bool:
    return bool(await database.fetchval(_SQL[statement], alert.id, alert.version, *arguments))


async def _pause(pool: Pool, alert: AlertSnapshot, decision: Exhaust | FoundNobody | Hold) -> bool:
    """Let the alert stand without a running step, for a while or until an event."""
    state, wait, loop_count, enters_again = "exhausted", None, None, False
    if isinstance(decision, FoundNobody):
        state, wait, loop_count = "nobody", decision.wait, decision.loop_count
    elif isinstance(decision, Hold):
        state, enters_again = decision.state, decision.enters_again
    row = (decision.policy_id, wait, state, loop_count, paused(decision), enters_again, alert.caught_from)
    return await _write(pool, "pause", alert, *row)
