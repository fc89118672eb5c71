"""Job ``alert``: one open alert goes where it should on its policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain import escalation
from tocsin.domain.escalation import (
    Decision,
    Enter,
    Exhaust,
    FoundNobody,
    Hold,
    OnCallUser,
    Policy,
    Rest,
    Skipped,
    Standing,
    Step,
    Stop,
)
from tocsin.engine.job import GONE, Contended, JobKind, Outcome
from tocsin.engine.together import Together

_SQL = Statements(__package__, "alert.sql")
_LOOKS = 5

Entry = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Loaded:
    """An alert and all that decides about it, as of one moment. ``version`` is None when it is closed."""

    id: int
    standing: Standing
    policy: Policy
    version: int | None
    now: datetime


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one alert."""

    async def load_many(alert_ids: Sequence[int]) -> Mapping[int, Loaded]:
        return {row["id"]: _loaded(row) for row in await pool.fetch(_SQL["load"], alert_ids)}

    loads = Together(load_many)

    async def run(object_id: str) -> Outcome:
        for _ in range(_LOOKS):
            alert = await loads.load(int(object_id))
            if alert is None:
                return GONE
            decision = escalation.decide(alert.standing, alert.policy, alert.now)
            if await _apply(pool, alert, decision):
                return _outcome(alert, decision)
        raise Contended(f"alert {object_id} moved {_LOOKS} times while it was looked at")

    return JobKind("alert", run)


def _loaded(row: asyncpg.Record) -> Loaded:
    policy = Policy(row["policy_id"], row["repeat"], [_step(step) for step in row["steps"]])
    return Loaded(row["id"], _standing(row), policy, row["version"], row["now"])


def _standing(row: asyncpg.Record) -> Standing:
    if row["version"] is None:
        return Standing(status="closed", state="new", policy_id=row["policy_id"])
    return Standing(
        status=row["status"],
        state=row["state"],
        policy_id=row["state_policy_id"],
        step_id=row["step_id"],
        step_number=row["step_number"],
        loop_count=row["loop_count"],
        next_escalation=row["next_escalation"],
        forced=row["force_escalation"],
        maintenance_until=row["maintenance_expires_at"],
    )


def _step(step: Mapping[str, Any]) -> Step:
    return Step(
        id=UUID(step["id"]),
        delay=timedelta(seconds=step["delay_seconds"]),
        users=[OnCallUser(UUID(user["id"]), user["reachable"]) for user in step["users"]],
        channels=[UUID(channel) for channel in step["channels"]],
        if_nobody=step["if_nobody"],
        ack_by=step["ack_by"],
    )


async def _apply(pool: Pool, alert: Loaded, decision: Decision) -> bool:
    """Write the decision; False when the alert has moved since it was loaded."""
    match decision:
        case Enter():
            return await _enter(pool, alert, decision)
        case Exhaust() | FoundNobody() | Hold():
            pause = _pause(decision)
            arguments = (pause.wait, pause.state, pause.loop_count, pause.entries)
            return bool(await pool.fetchval(_SQL["rest"], alert.id, alert.version, alert.policy.id, *arguments))
        case Stop(reason=reason):
            return bool(await pool.fetchval(_SQL["stop"], alert.id, alert.version, reason))
        case Rest():
            return True
        case _:
            assert_never(decision)


async def _enter(pool: Pool, alert: Loaded, decision: Enter) -> bool:
    step = decision.step
    done = await pool.fetchval(
        _SQL["enter"],
        alert.id,
        alert.version,
        decision.policy_id,
        step.id,
        decision.step_number,
        decision.loop_count,
        step.delay,
        [user.id for user in step.users if user.reachable],
        step.delay if step.ack_by == "everyone" else None,
        list(step.channels),
        [*_skips(decision.skipped), *_entered(alert, decision)],
    )
    return bool(done)


@dataclass(frozen=True, slots=True)
class Pause:
    """A state without a running step, for ``wait`` or until an event, and what the timeline says about it."""

    state: str
    entries: Sequence[Entry]
    wait: timedelta | None = None
    loop_count: int | None = None


def _pause(decision: Exhaust | FoundNobody | Hold) -> Pause:
    match decision:
        case Exhaust(reason=reason, skipped=skipped):
            return Pause("exhausted", [*_skips(skipped), {"event": "exhausted", "reason": reason, "meta": {}}])
        case FoundNobody(reason=reason, wait=wait, loop_count=loop, skipped=skipped):
            meta = {"looks_again_in_seconds": wait.total_seconds(), "unreachable": _unreachable(skipped)}
            return Pause("nobody", [{"event": "nobody_on_call", "reason": reason, "meta": meta}], wait, loop)
        case Hold(state=state, reason=reason):
            return Pause(state, [{"event": "held", "reason": reason, "meta": {}}])
        case _:
            assert_never(decision)


def _entered(alert: Loaded, decision: Enter) -> Sequence[Entry]:
    step, due = decision.step, alert.standing.next_escalation
    meta = {
        "step_number": decision.step_number,
        "loop_count": decision.loop_count,
        "users": [str(user.id) for user in step.users if user.reachable],
        "unreachable": [str(user.id) for user in step.users if not user.reachable],
        "channels": [str(channel) for channel in step.channels],
        "next_in_seconds": step.delay.total_seconds(),
        "due_at": due.isoformat() if due else None,
    }
    entered: Entry = {"event": "escalated", "reason": decision.reason, "meta": meta}
    if step.pages_somebody:
        return [entered]
    waits: Entry = {"event": "step_waits", "reason": escalation.Reason.NOBODY_ON_CALL, "meta": meta}
    return [entered, waits]


def _skips(skipped: Sequence[Skipped]) -> Sequence[Entry]:
    return [
        {
            "event": "step_skipped",
            "reason": escalation.Reason.NOBODY_ON_CALL,
            "meta": {"step_number": skip.step_number, "unreachable": _unreachable([skip])},
        }
        for skip in skipped
    ]


def _unreachable(skipped: Sequence[Skipped]) -> Sequence[str]:
    return [str(user) for skip in skipped for user in skip.unreachable]


def _outcome(alert: Loaded, decision: Decision) -> Outcome:
    match decision:
        case Rest(reason=reason, until=until):
            return Outcome(reason, again=until)
        case Enter() | FoundNobody() | Exhaust():
            return Outcome(decision.reason, due=alert.standing.next_escalation, acted=alert.now)
        case Hold() | Stop():
            return Outcome(decision.reason)
        case _:
            assert_never(decision)
