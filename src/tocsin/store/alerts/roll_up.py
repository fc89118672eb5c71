"""The alerts that have rolled up into one, since too many are open on their service.

Each is open until its source closes it; when the last one closes, so does the alert into which they rolled up. When a
person closes that alert, all of them are closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.dedup_key import ROLL_UP_KEY
from tocsin.domain.severity import Severity
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions

_sql = Statements(__package__, "roll_up.sql")


RolledUpAction = Literal["close", "acknowledge"]


@dataclass(frozen=True, slots=True)
class RolledUpAlert:
    """What would be an alert of its own if fewer alerts were open on the service."""

    dedup_key: str
    summary: str
    severity: Severity
    labels: Mapping[str, str]
    count: int
    created_at: datetime
    last_seen_at: datetime
    acknowledged_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RollUp:
    """How many have rolled up into an alert and how many of these are open, and some of these, seen last first."""

    count: int
    open: int
    items: Sequence[RolledUpAlert]


async def of_alert(database: Queryable, alert_id: int, limit: int) -> RollUp | None:
    """What has rolled up into the alert; None when nothing has, as into most."""
    row = await database.fetchrow(_sql["counts"], alert_id)
    if row is None or not row["count"]:
        return None
    items = [RolledUpAlert(**item) for item in await database.fetch(_sql["open"], alert_id, limit)]
    return RollUp(row["count"], row["open"], items)


async def page(database: Queryable, alert_id: int, after: str | None, limit: int) -> Sequence[RolledUpAlert]:
    """What has rolled up into the alert, closed ones too, in the order of keys, after one of them."""
    return [RolledUpAlert(**row) for row in await database.fetch(_sql["page"], alert_id, after, limit)]


async def act(
    connection: Connection, service_id: UUID, dedup_key: str, action: RolledUpAction, actor: Actor
) -> int | None:
    """Close or acknowledge the one with this key; returns the alert into which it had rolled up, if there is one.

    An acknowledgement is noted beside it only, since the alert stands for others as well.
    """
    alert_id: int | None = await connection.fetchval(_sql["lock"], service_id, ROLL_UP_KEY)
    if alert_id is None or not await connection.fetchval(_sql[action], alert_id, dedup_key):
        return None
    if action == "close" and await connection.fetchval(_sql["is_over"], alert_id):
        await actions.close(connection, alert_id, actor)
    return alert_id
