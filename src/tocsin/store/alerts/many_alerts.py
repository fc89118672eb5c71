"""Many alerts of one message: raised in one statement, and locked in one before they are closed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.domain.dedup_key import ROLL_UP_KEY
from tocsin.errors import NotFound
from tocsin.store.actor import Actor
from tocsin.store.alerts.new_alert import NewAlert, RaisedAlert

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
        given = (*_columns(alerts), ROLL_UP_KEY, sender.payload_id, _routes(alerts))
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


def _routes(alerts: Sequence[NewAlert]) -> Sequence[str | None]:
    return [json.dumps(alert.route.record) if alert.route else None for alert in alerts]


def _columns(alerts: Sequence[NewAlert]) -> Sequence[Sequence[str]]:
    """What the alerts say, a list for each column of theirs."""
    return (
        [alert.summary for alert in alerts],
        [alert.details for alert in alerts],
        [alert.severity for alert in alerts],
        [json.dumps(dict(alert.labels)) for alert in alerts],
        [alert.dedup_key for alert in alerts],
        [json.dumps(list(alert.mended)) for alert in alerts],
        [json.dumps([link.record for link in alert.links]) for alert in alerts],
    )
