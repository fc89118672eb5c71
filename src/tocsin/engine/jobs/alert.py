"""Job ``alert``: one open alert goes where it should on its policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

import asyncpg

from tocsin.db.pool import Database, Pool
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.domain.escalation.decide import decide, unprompted
from tocsin.domain.escalation.decisions import (
    Decision,
    Enter,
    EscalationReason,
    Exhaust,
    FoundNobody,
    HandOver,
    Hold,
    Renew,
    Reopen,
    Skipped,
    Stop,
    Wait,
)
from tocsin.domain.escalation.policy import ResolvedPolicy, ResolvedStep
from tocsin.domain.escalation.state import EscalationState
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.batch.write import BatchWriter, Work
from tocsin.engine.jobs.policy import Mirrors, PolicySnapshot, bring_up_to_date, hold, policies
from tocsin.engine.queue.job import GONE, PAGES, JobKind, Outcome, retry_on_conflict
from tocsin.store import row_mapping

_SQL = Statements(__package__, "alert.sql")

Entry = Mapping[str, object]

# What it is that nothing told of, by what the alert would do about it.
_DRIFTS: Mapping[EscalationReason, str] = {
    EscalationReason.CLOSED: "closed_but_standing",
    EscalationReason.ACKNOWLEDGED: "acknowledgement_missed",
    EscalationReason.ACK_TIMEOUT_CHANGED: "acknowledgement_missed",
    EscalationReason.ACKNOWLEDGEMENT_RAN_OUT: "reopening_missed",
    EscalationReason.POLICY_CHANGED: "policy_missed",
    EscalationReason.STEP_DELETED: "step_missed",
    EscalationReason.LOOKED_AGAIN: "nobody_missed",
}


@dataclass(frozen=True, slots=True)
class AlertSnapshot:
    """An alert and all that decides about it, as of one moment. ``version`` is None when it is closed.

    ``caught_from``: its service's policy, when ``policy_id`` is the catch-all of that and has taken over.
    """

    id: int
    state: EscalationState
    policy_id: UUID
    caught_from: UUID | None
    version: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to become of an alert, and the policy that says so."""

    alert: AlertSnapshot
    found: PolicySnapshot
    decision: Decision

    @property
    def meets_stale_mirror(self) -> bool:
        """Whether the alert is to enter a step of which the mirror does not say whom it pages."""
        return isinstance(self.decision, Enter) and not self.found.steps[self.decision.step.id].is_mirrored


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one alert."""

    async def load_many(alert_ids: Sequence[int]) -> Mapping[int, AlertSnapshot]:
        rows = await pool.fetch(_SQL["load"], alert_ids)
        # An open alert that has lost its row is no closed one: the sweep makes the row anew.
        return {row["id"]: _snapshot(row) for row in rows if row["version"] is not None or row["status"] == "closed"}

    loads, found, mirrors = BatchLoader(load_many), policies(pool), Mirrors(pool)
    entering = BatchWriter(pool, "enter_step")

    async def consider(alert: AlertSnapshot) -> Decided | None:
        policy = await found.load(alert.policy_id)
        if policy is None:
            return None
        return Decided(alert, policy, decide(alert.state, policy.policy, alert.now))

    async def attempt(object_id: str) -> Outcome | None:
        alert = await loads.load(int(object_id))
        if alert is None:
            return GONE
        decided = await consider(alert)
        if decided is not None and decided.meets_stale_mirror:
            await mirrors.freshen(alert.policy_id)
            decided = await consider(alert)
        if decided is None:
            return None  # the policy has been deleted since the alert was read
        return _outcome(decided) if await _apply(pool, entering, decided) else None

    async def drift(object_id: str) -> str | None:
        alert = await loads.load(int(object_id))
        policy = await found.load(alert.policy_id) if alert is not None and alert.version is not None else None
        return None if alert is None or policy is None else _drift(alert, policy.policy)

    return JobKind("alert", retry_on_conflict(attempt), drift)


def _drift(alert: AlertSnapshot, policy: ResolvedPolicy) -> str | None:
    reason = unprompted(alert.state, policy, alert.now)
    return None if reason is None else _DRIFTS.get(reason)


def _snapshot(row: asyncpg.Record) -> AlertSnapshot:
    return AlertSnapshot(row["id"], _state(row), row["policy_id"], row["caught_from"], row["version"], row["now"])


def _state(row: asyncpg.Record) -> EscalationState:
    if row["version"] is None:
        return EscalationState(status="closed", state="new", policy_id=row["policy_id"])
    return row_mapping.escalation_state(row, maintenance.holds(row, row["now"]))


async def _apply(pool: Pool, entering: BatchWriter, decided: Decided) -> bool:
    """Write the decision; False when the alert has moved since it was loaded."""
    alert, decision = decided.alert, decided.decision
    match decision:
        case Enter():
            try:
                return await _enter(pool, entering, decided, decision)
            except asyncpg.ForeignKeyViolationError:
                return False  # the step, or somebody on it, has been deleted since
        case Exhaust() | FoundNobody() | Hold():
            pause = _pause(decision)
            told = (pause.wait, pause.state, pause.loop_count, pause.entries, pause.enters_again)
            return await _write(pool, "rest", alert, alert.policy_id, *told, alert.caught_from)
        case HandOver(policy_id=policy_id, skipped=skipped, reason=reason):
            entry = {"event": "handed_over", "reason": reason, "meta": {"escalation_policy_id": str(policy_id)}}
            return await _write(pool, "hand_over", alert, policy_id, [*_skips(skipped), entry], alert.policy_id)
        case Reopen(reason=reason):
            return await _write(pool, "reopen", alert, reason)
        case Renew(until=until, reason=reason):
            return await _write(pool, "renew", alert, until, reason)
        case Stop(reason=reason, until=until):
            return await _write(pool, "stop", alert, reason, until)
        case Wait():
            return True
        case _:
            assert_never(decision)


async def _write(database: Database, statement: str, alert: AlertSnapshot, *arguments: object) -> bool:
    return bool(await database.fetchval(_SQL[statement], alert.id, alert.version, *arguments))


async def _enter(pool: Pool, entering: BatchWriter, decided: Decided, decision: Enter) -> bool:
    """Enter the step; a mirror that has gone stale again is made true in the same transaction (P3)."""
    work, step_id = _entry(decided, decision), decision.step.id
    if not decided.meets_stale_mirror:
        return bool(await entering.write(work))
    async with pool.acquire() as connection, connection.transaction():
        await hold(connection, decision.policy_id)
        if done := await entering.write_on(connection, work):
            await bring_up_to_date(connection, decision.policy_id, step_id)
        return bool(done)


def _entry(decided: Decided, decision: Enter) -> Work:
    step = decision.step
    return {
        "alert_id": decided.alert.id,
        "version": decided.alert.version,
        "policy_id": str(decision.policy_id),
        "caught_from": str(decided.alert.caught_from) if decided.alert.caught_from else None,
        "step_id": str(step.id),
        "step_number": decision.step_number,
        "loop_count": decision.loop_count,
        "delay": f"{step.delay.total_seconds()} s",
        "users": [str(user.id) for user in step.users if user.reachable],
        "repeat_every": f"{step.delay.total_seconds()} s" if step.ack_by == "everyone" else None,
        "channels": [str(channel) for channel in step.channels],
        "entries": [*_skips(decision.skipped), *_entered(decided, decision)],
    }


@dataclass(frozen=True, slots=True)
class Pause:
    """A state without a running step, for ``wait`` or until an event, and what the timeline says about it.

    ``enters_again``: the row keeps the number of its step and forgets its id, as if that had been deleted.
    """

    state: str
    entries: Sequence[Entry]
    wait: timedelta | None = None
    loop_count: int | None = None
    enters_again: bool = False


def _pause(decision: Exhaust | FoundNobody | Hold) -> Pause:
    match decision:
        case Exhaust(reason=reason, skipped=skipped):
            return Pause("exhausted", [*_skips(skipped), {"event": "exhausted", "reason": reason, "meta": {}}])
        case FoundNobody(reason=reason, wait=wait, loop_count=loop, skipped=skipped):
            meta = {"looks_again_in_seconds": wait.total_seconds(), "unreachable": _unreachable(skipped)}
            return Pause("nobody", [{"event": "nobody_on_call", "reason": reason, "meta": meta}], wait, loop)
        case Hold(state=state, reason=reason, enters_again=enters_again):
            return Pause(state, [{"event": "held", "reason": reason, "meta": {}}], enters_again=enters_again)
        case _:
            assert_never(decision)


def _entered(decided: Decided, decision: Enter) -> Sequence[Entry]:
    step, due = decision.step, decided.alert.state.next_escalation
    meta = {
        "step_id": str(step.id),
        "step_number": decision.step_number,
        "loop_count": decision.loop_count,
        "users": [_user(decided.found, step, user.id) for user in step.users if user.reachable],
        "unreachable": [_user(decided.found, step, user.id) for user in step.users if not user.reachable],
        "channels": [str(channel) for channel in step.channels],
        "next_in_seconds": step.delay.total_seconds(),
        "due_at": due.isoformat() if due else None,
    }
    entered: Entry = {"event": "escalated", "reason": decision.reason, "meta": meta}
    if step.pages_somebody:
        return [entered]
    waits: Entry = {"event": "step_waits", "reason": EscalationReason.NOBODY_ON_CALL, "meta": meta}
    return [entered, waits]


def _user(found: PolicySnapshot, step: ResolvedStep, user_id: UUID) -> Entry:
    """A user of a step, by name, and how they came to be on call."""
    because = found.steps[step.id].because[user_id]
    return {"id": str(user_id), "name": found.people[user_id].name, "because": because}


def _skips(skipped: Sequence[Skipped]) -> Sequence[Entry]:
    return [
        {
            "event": "step_skipped",
            "reason": EscalationReason.NOBODY_ON_CALL,
            "meta": {"step_number": skip.step_number, "unreachable": _unreachable([skip])},
        }
        for skip in skipped
    ]


def _unreachable(skipped: Sequence[Skipped]) -> Sequence[str]:
    return [str(user) for skip in skipped for user in skip.unreachable]


def _outcome(decided: Decided) -> Outcome:
    alert, decision = decided.alert, decided.decision
    due, acted = alert.state.next_escalation, alert.now
    match decision:
        case Wait(reason=reason, until=until) | Stop(reason=reason, until=until):
            return Outcome(reason, wake_at=until)
        case FoundNobody():
            # Who has come since it was read saw no alert that waits for them, so it looks once more.
            return Outcome(decision.reason, due=due, acted=acted, wake_at=acted)
        case Enter(step=step):
            return Outcome(decision.reason, due=due, acted=acted, wakes=(PAGES,) if step.channels else ())
        case Exhaust() | HandOver() | Reopen():
            return Outcome(decision.reason, due=due, acted=acted)
        case Hold() | Renew():
            return Outcome(decision.reason)
        case _:
            assert_never(decision)
