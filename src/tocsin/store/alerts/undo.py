"""Taking back at once what somebody did to an alert by mistake.

An acknowledgement is taken back by making the alert triggered again: its step is entered anew, so whoever it paged is
paged again. A close is final (A4), and the alert's source may have raised another since; taking it back raises the
alert again, under a new number, as its source would.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions, alert_list, new_alert
from tocsin.store.alerts.alert_list import Alert
from tocsin.store.alerts.new_alert import NewAlert

_sql = Statements(__package__, "undo.sql")

OFFERED_FOR = timedelta(seconds=10)
_ON_ITS_WAY = timedelta(seconds=5)  # what was pressed in time may take so long to arrive


@dataclass(frozen=True, slots=True)
class Undoable:
    """What can be taken back, and until when that is offered."""

    what: Literal["acknowledgement", "close"]
    until: datetime


async def offered(database: Queryable, alert_id: int, actor: Actor) -> Undoable | None:
    """What the actor can take back of what was done to the alert last; None when that is nothing."""
    return await _last(database, alert_id, actor, OFFERED_FOR)


async def undo(connection: Connection, alert_id: int, actor: Actor) -> int:
    """Take back what the actor did last. The number of the alert that is open then: another one after a close.

    Raises NotFound, and Conflict when there is nothing to take back, or not any more.
    """
    await actions.lock(connection, alert_id)
    last = await _last(connection, alert_id, actor, OFFERED_FOR + _ON_ITS_WAY)
    if last is None:
        raise Conflict("only the last thing done can be undone, by who did it, within 10 seconds")
    if last.what == "acknowledgement":
        await actions.trigger_again(connection, alert_id, actor, "acknowledgement_undone")
        return alert_id
    return await _raise_again(connection, await alert_list.get(connection, alert_id), actor)


async def _last(database: Queryable, alert_id: int, actor: Actor, within: timedelta) -> Undoable | None:
    row = await database.fetchrow(_sql["last"], alert_id, str(actor.user_id), within)
    return Undoable(row["what"], row["at"] + OFFERED_FOR) if row else None


async def _raise_again(connection: Connection, closed: Alert, actor: Actor) -> int:
    """The open alert in place of the closed one: its source's, or a new one, which is the actor's if it was taken."""
    new_id = await new_alert.open_alert(connection, closed.service_id, closed.dedup_key)
    if new_id is None:
        new = NewAlert(
            summary=closed.summary,
            dedup_key=closed.dedup_key,
            details=closed.details,
            severity=closed.severity,
            labels=closed.labels,
            links=closed.links,
        )
        raised = await new_alert.raise_alert(connection, closed.service_id, new, actor)
        new_id = raised.alert_id
        if raised.is_new and closed.acknowledged_at is not None:
            await actions.acknowledge(connection, new_id, actor)
    await actions.log(connection, closed.id, "raised_again", actor, {"alert_id": new_id})
    return new_id
