"""Flapping: an alert that its source opens and closes again and again stays open, where the service says so.

Each close by a source is counted. The one that is the last of so many within so long is put off: the alert stays open,
further reports are counted into it, and it closes by itself once it has been well for that long
(`tocsin.domain.closing`).
The alert's row is held meanwhile, so closes and reports at the same moment have one order.
"""

from datetime import timedelta

import asyncpg

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions
from tocsin.store.alerts.actions import ActionOutcome, ActionResult

_sql = Statements(__package__, "flapping.sql")


async def close_by_source(connection: Connection, alert_id: int, actor: Actor) -> ActionResult:
    """Close the alert as its source asks, or put that off because it flaps. Raises NotFound."""
    alert = await connection.fetchrow(_sql["lock"], alert_id)
    if alert is None:
        raise NotFound("no such alert")
    if alert["status"] == "closed":
        return ActionResult(alert_id, ActionOutcome.ALREADY_CLOSED)
    if alert["flap_count"] is None or await _count(connection, alert) < alert["flap_count"]:
        return await actions.close_locked(connection, alert_id, actor)
    within: timedelta = alert["flap_within"]
    await connection.execute(_sql["put_off"], alert_id, within)
    meta = {"count": alert["flap_count"], "within_seconds": within.total_seconds()}
    await actions.log(connection, alert_id, "close_put_off", actor, meta)
    return ActionResult(alert_id, ActionOutcome.CLOSE_PUT_OFF)


async def _count(connection: Connection, alert: asyncpg.Record) -> int:
    """Count this close: how many it is within the service's time."""
    row = (alert["service_id"], alert["dedup_key"], alert["flap_within"], alert["flap_count"])
    count: int = await connection.fetchval(_sql["count"], *row)
    return count
