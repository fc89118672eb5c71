"""Many alerts of one message: raised in one statement, and locked in one before they are closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.domain.dedup_key import ROLL_UP_KEY
from tocsin.errors import NotFound
from tocsin.store.actor import Actor
from tocsin.store.alerts.new_alert import NewAlert, RaisedAlert, columns_of, routes_of

_sql = Statements(__package__, "many_alerts.sql")


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An open alert, and whether its service looks for flapping."""

    id: int
    may_flap: bool


async def raise_alerts(
    connection: Connection, service_id: UUID, alerts: Sequence[NewAlert], sender: Actor
) -> Sequence[RaisedAlert]:
    """As `new_alert.raise_alert` for each, by an integration key; no two have the same deduplication key.

    The results stand in their order. Raises NotFound when the service is gone.
    """
    source = (service_id, UUID(sender.id), sender.record)
    try:
        given = (*columns_of(alerts), ROLL_UP_KEY, sender.payload_id, routes_of(alerts))
        rows = await connection.fetch(_sql["raise_many"], *source, *given)
    except asyncpg.ForeignKeyViolationError:
        raise NotFound("no such service") from None
    raised = {
        row["dedup_key"]: RaisedAlert(row["alert_id"], service_id, row["is_new"], sender.payload_id) for row in rows
    }
    return [raised[alert.dedup_key] for alert in alerts]


async def lock_open(connection: Connection, service_id: UUID, dedup_keys: Sequence[str]) -> Mapping[str, OpenAlert]:
    """The service's open alerts with these keys, by key; they stay as they are until the transaction ends."""
    rows = await connection.fetch(_sql["lock_open"], service_id, dedup_keys)
    return {row["dedup_key"]: OpenAlert(row["id"], row["may_flap"]) for row in rows}
