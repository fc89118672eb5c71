"""Notes: what people and programs write into an alert's timeline. They change nothing about the alert."""

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.errors import Conflict
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions
from tocsin.store.alerts.timeline import TimelineEntry

_sql = Statements(__package__, "notes.sql")

MOST_CHARACTERS = 10_000
MOST_NOTES = 1000


async def add(connection: Connection, alert_id: int, actor: Actor, text: str) -> TimelineEntry:
    """Add a note, which the alert's timeline shows with its author; closed alerts take notes, too.

    The text is fit to store, not empty, and has at most ``MOST_CHARACTERS``. Raises NotFound, and Conflict when the
    alert has ``MOST_NOTES``.
    """
    await actions.lock(connection, alert_id)
    if await connection.fetchval(_sql["count"], alert_id, MOST_NOTES) >= MOST_NOTES:
        raise Conflict(f"the alert has {MOST_NOTES} notes, which is the most")
    await actions.log(connection, alert_id, "noted", actor, {"text": text})
    row = await connection.fetchrow(_sql["last"], alert_id)
    assert row is not None, "it was written a moment ago, and the alert is locked"
    return TimelineEntry(row["at"], "noted", None, row["actor"], row["meta"])
