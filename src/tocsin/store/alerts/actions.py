"""What people do to alerts: acknowledge, snooze, close, escalate by hand.

Every action locks the alert's row first and the row of its escalation second, and logs itself in the same transaction.
Triggers do the rest: they open, move and end the escalation and wake the engine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, assert_never
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.domain.escalation.by_hand import EscalationFacts, Seen, refuse_action, refuse_escalation
from tocsin.domain.escalation.state import AlertStatus
from tocsin.errors import Conflict, FieldError, InvalidInput, NotFound
from tocsin.store import row_mapping
from tocsin.store.actor import Actor
from tocsin.store.instants import in_utc
from tocsin.store.references import past, require_none

_sql = Statements(__package__, "actions.sql")

Action = Literal["acknowledge", "close", "escalate"]
"""What people do by one press of a button."""


class ActionOutcome(StrEnum):
    """What an action came to."""

    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGED_TOO = "acknowledged_too"
    ALREADY_ACKNOWLEDGED = "already_acknowledged"
    RENEWED = "acknowledgement_renewed"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    CLOSE_PUT_OFF = "close_put_off"
    ALREADY_CLOSED = "already_closed"
    ESCALATION_REQUESTED = "escalation_requested"
    ESCALATION_ALREADY_REQUESTED = "escalation_already_requested"


@dataclass(frozen=True, slots=True)
class ActionResult:
    """An action that went through, and what it came to."""

    alert_id: int
    reason: ActionOutcome


async def acknowledge(connection: Connection, alert_id: int, actor: Actor) -> ActionResult:
    """Stop the escalation: somebody has it, for as long as the service's acknowledgements hold.

    Acknowledging again begins that time anew, but never shortens it. A second person may acknowledge too; that ends
    their own paging. Raises NotFound, and Conflict when the alert is closed.
    """
    status = await _lock_open(connection, alert_id)
    reason = await _acknowledgement(connection, alert_id, actor, status)
    until: datetime | None = await connection.fetchval(_sql["acknowledge"], alert_id)
    if reason is ActionOutcome.ALREADY_ACKNOWLEDGED and until is not None:
        reason = ActionOutcome.RENEWED
    if reason is not ActionOutcome.ALREADY_ACKNOWLEDGED:
        await log(connection, alert_id, "acknowledged", actor, _until(until))
    await _end_own_cycles(connection, alert_id, actor)
    return ActionResult(alert_id, reason)


async def snooze(connection: Connection, alert_id: int, actor: Actor, until: datetime | timedelta) -> ActionResult:
    """Acknowledge the alert until then, or for so long, whatever its service says; then it is triggered again.

    Raises NotFound, InvalidInput for an instant that is past, and Conflict when the alert is closed.
    """
    await _lock_open(connection, alert_id)
    instant, span = (until, None) if isinstance(until, datetime) else (None, until)
    require_none(await past(connection, "until", instant))
    ends: datetime = await connection.fetchval(_sql["snooze"], alert_id, instant, span)
    await log(connection, alert_id, "snoozed", actor, _until(ends))
    await _end_own_cycles(connection, alert_id, actor)
    return ActionResult(alert_id, ActionOutcome.SNOOZED)


async def close(connection: Connection, alert_id: int, actor: Actor) -> ActionResult:
    """Close the alert for good; one that is closed stays as it is. Raises NotFound."""
    if await lock(connection, alert_id) == "closed":
        return ActionResult(alert_id, ActionOutcome.ALREADY_CLOSED)
    return await close_locked(connection, alert_id, actor)


async def close_locked(connection: Connection, alert_id: int, actor: Actor) -> ActionResult:
    """Close an open alert whose row is locked."""
    await connection.execute(_sql["close"], alert_id)
    await log(connection, alert_id, "closed", actor)
    return ActionResult(alert_id, ActionOutcome.CLOSED)


async def close_many(connection: Connection, alert_ids: Sequence[int], actor: Actor) -> None:
    """Close alerts that the transaction has locked while they were open, in one statement; the actor is no person."""
    await connection.execute(_sql["close_many"], alert_ids, actor.record, actor.payload_id)


async def escalate(
    connection: Connection, alert_id: int, actor: Actor, seen: Seen | None = None, step_number: int | None = None
) -> ActionResult:
    """Ask the engine to enter the next step at once (rule A5), or the one with that number on the policy as it is now.

    An acknowledged alert becomes triggered again. Raises NotFound, InvalidInput when there is no such step, and
    Conflict with the reason when that cannot be, or when the alert is not as ``seen`` any more.
    """
    await _lock_open(connection, alert_id)
    row = await connection.fetchrow(_sql["lock_escalation"], alert_id)
    assert row is not None, "an open alert has a row of its escalation"
    held_until, seen = maintenance.holds(row, row["now"]), seen or Seen()
    facts = row_mapping.escalation_facts(row, held_until, row["has_steps"])
    if refusal := refuse_escalation(facts, seen):
        raise Conflict(refusal.sentence(in_utc), *_stale(facts, seen))
    step_id = await _step(connection, row["policy_id"], step_number)
    if row["force_escalation"] and step_id is None:
        return ActionResult(alert_id, ActionOutcome.ESCALATION_ALREADY_REQUESTED)
    await connection.execute(_sql["trigger_again"], alert_id)
    await connection.execute(_sql["force"], alert_id, step_id)
    meta = {} if step_number is None else {"step_number": step_number}
    await log(connection, alert_id, "escalation_requested", actor, meta)
    return ActionResult(alert_id, ActionOutcome.ESCALATION_REQUESTED)


async def trigger_again(connection: Connection, alert_id: int, actor: Actor, event: str) -> None:
    """Make an acknowledged alert triggered again, whose step is entered anew; the event is noted as the actor's."""
    await connection.execute(_sql["trigger_again"], alert_id)
    await log(connection, alert_id, event, actor)


async def take_back_acknowledgement(connection: Connection, alert_id: int, actor: Actor) -> None:
    """Make the alert triggered again if it is acknowledged, by whomever. Raises NotFound, and Conflict when closed."""
    if await _lock_open(connection, alert_id) == "acknowledged":
        await trigger_again(connection, alert_id, actor, "acknowledgement_undone")


async def act(
    connection: Connection, action: Action, alert_id: int, actor: Actor, seen: Seen | None = None
) -> ActionResult:
    """Do what a button says; ``seen`` counts when it escalates. Raises what the action raises."""
    match action:
        case "acknowledge":
            return await acknowledge(connection, alert_id, actor)
        case "close":
            return await close(connection, alert_id, actor)
        case "escalate":
            return await escalate(connection, alert_id, actor, seen)
        case _:
            assert_never(action)


def _stale(alert: EscalationFacts, seen: Seen) -> Iterator[FieldError]:
    if seen.version not in (None, alert.version):
        yield FieldError("version", f"is {seen.version}; the alert is at {alert.version} now")


async def lock(connection: Connection, alert_id: int) -> AlertStatus:
    """The status of the alert, which stays so until the transaction ends. Raises NotFound."""
    status: AlertStatus | None = await connection.fetchval(_sql["lock"], alert_id)
    if status is None:
        raise NotFound("no such alert")
    return status


async def _lock_open(connection: Connection, alert_id: int) -> AlertStatus:
    status = await lock(connection, alert_id)
    if refusal := refuse_action(status):
        raise Conflict(refusal)
    return status


async def _step(connection: Connection, policy_id: UUID, step_number: int | None) -> UUID | None:
    if step_number is None:
        return None
    step_id: UUID | None = await connection.fetchval(_sql["step"], policy_id, step_number)
    if step_id is None:
        raise InvalidInput(FieldError("step_number", f"the policy has no such step (it is {step_number})"))
    return step_id


async def _end_own_cycles(connection: Connection, alert_id: int, actor: Actor) -> None:
    if actor.user_id is not None:
        await connection.execute(_sql["end_cycles"], alert_id, actor.user_id)


def _until(instant: datetime | None) -> dict[str, object]:
    return {"until": instant.isoformat()} if instant else {}


async def _acknowledgement(connection: Connection, alert_id: int, actor: Actor, status: str) -> ActionOutcome:
    if status == "triggered":
        return ActionOutcome.ACKNOWLEDGED
    who = str(actor.user_id) if actor.user_id else actor.id
    done = await connection.fetchval(_sql["has_acknowledged"], alert_id, who)
    return ActionOutcome.ALREADY_ACKNOWLEDGED if done else ActionOutcome.ACKNOWLEDGED_TOO


async def log(
    connection: Connection, alert_id: int, event: str, actor: Actor, meta: Mapping[str, object] | None = None
) -> None:
    """Note in the alert's timeline what the actor did."""
    who = {"user_id": str(actor.user_id)} if actor.user_id else {}
    await connection.execute(_sql["log"], alert_id, event, actor.record, {**who, **(meta or {})}, actor.payload_id)
