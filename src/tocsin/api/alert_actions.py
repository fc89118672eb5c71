"""What people do to an alert: acknowledge, close, snooze, escalate."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from fastapi import APIRouter
from pydantic import Field

from tocsin.api.alerts import AlertId, AlertRead, read_alert
from tocsin.db.pool import Connection, Pool
from tocsin.domain.escalation.by_hand import Seen
from tocsin.errors import FieldError, InvalidInput
from tocsin.http.access import require_act
from tocsin.http.auth import Database, Writer
from tocsin.http.fields import Body, PositiveSeconds, UtcDatetime, example
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import actions, alert_list
from tocsin.store.alerts.actions import ActionResult

router = APIRouter(prefix="/alerts", tags=["alerts"])


class Escalate(Body):
    """What the caller last saw, and where the alert shall go."""

    model_config = example({"version": 3})

    version: int | None = Field(None, ge=0, description="escalation.version as last read; null: act on anything")
    step_number: int | None = Field(None, ge=0, le=10_000, description="a step of the policy, from 0; null: the next")


class Snooze(Body):
    """How long: until an instant, or for a number of seconds from now."""

    model_config = example({"seconds": 3600}, {"until": "2030-01-31T08:00:00Z"})

    until: UtcDatetime | None = None
    seconds: PositiveSeconds | None = None

    @property
    def end(self) -> datetime | timedelta:
        """Raises InvalidInput unless one of the two is given."""
        if self.until is not None and self.seconds is None:
            return self.until
        if self.seconds is not None and self.until is None:
            return self.seconds
        raise InvalidInput(FieldError("until", "give either until or seconds"))


@router.post("/{alert_id}/acknowledge", summary="Acknowledge: escalation stops, waiting pages are cancelled")
async def acknowledge_alert(alert_id: AlertId, actor: Writer, pool: Database) -> AlertRead:
    return await _act(pool, actor, alert_id, lambda connection: actions.acknowledge(connection, alert_id, actor))


@router.post("/{alert_id}/close", summary="Close, for good")
async def close_alert(alert_id: AlertId, actor: Writer, pool: Database) -> AlertRead:
    return await _act(pool, actor, alert_id, lambda connection: actions.close(connection, alert_id, actor))


@router.post("/{alert_id}/snooze", summary="Acknowledge until a time, then the alert is triggered again")
async def snooze_alert(alert_id: AlertId, body: Snooze, actor: Writer, pool: Database) -> AlertRead:
    until = body.end
    return await _act(pool, actor, alert_id, lambda connection: actions.snooze(connection, alert_id, actor, until))


@router.post("/{alert_id}/escalate", summary="Enter the next step at once, or a chosen one")
async def escalate_alert(alert_id: AlertId, actor: Writer, pool: Database, body: Escalate | None = None) -> AlertRead:
    """Refused with 409 and the reason when closed, in maintenance, without steps, or when it has moved on."""
    wanted = body or Escalate()
    seen = Seen(version=wanted.version)
    return await _act(
        pool,
        actor,
        alert_id,
        lambda connection: actions.escalate(connection, alert_id, actor, seen, wanted.step_number),
    )


async def _act(
    pool: Pool, actor: Actor, alert_id: int, action: Callable[[Connection], Awaitable[ActionResult]]
) -> AlertRead:
    require_act(actor, (await alert_list.get(pool, alert_id)).team_id)
    async with acting(pool, actor) as connection:
        await action(connection)
    return await read_alert(pool, alert_id)
