"""What a message does to alerts, in a transaction of whoever acts by it."""

from dataclasses import replace
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.domain.dedup_key import shown_key
from tocsin.errors import Conflict, NotFound
from tocsin.ingest.message_format import Message, MessageResult
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions, flapping, new_alert, roll_up
from tocsin.store.alerts.new_alert import RaisedAlert
from tocsin.store.alerts.roll_up import RolledUpAction
from tocsin.store.services import changes
from tocsin.store.services.changes import NewChange


async def act(connection: Connection, service_id: UUID, message: Message | NewChange, actor: Actor) -> MessageResult:
    """Raise, close or acknowledge an alert of the service, or keep a change. Raises NotFound: the service is gone."""
    if isinstance(message, NewChange):
        await changes.record(connection, service_id, message, actor)
        return MessageResult(service_id=str(service_id))
    if message.action == "trigger":
        return result_of(message, await new_alert.raise_alert(connection, service_id, message.alert, actor))
    result = await close_or_acknowledge(connection, service_id, message, actor)
    return replace(result, dedup_key=shown_key(message.alert.dedup_key))


def result_of(message: Message, raised: RaisedAlert) -> MessageResult:
    """What became of a message that raises an alert."""
    key = shown_key(message.alert.dedup_key)
    return MessageResult(raised.alert_id, str(raised.service_id), raised.is_new, key)


async def close_or_acknowledge(
    connection: Connection, service_id: UUID, message: Message, actor: Actor
) -> MessageResult:
    """Close or acknowledge the open alert that is meant, if there is one, or what has rolled up of it."""
    key = message.alert.dedup_key
    action: RolledUpAction = "close" if message.action == "close" else "acknowledge"
    alert_id = await new_alert.open_alert(connection, service_id, key)
    if alert_id is None:
        rolled_up_into = await roll_up.act(connection, service_id, key, action, actor)
        return MessageResult(rolled_up_into, str(service_id)) if rolled_up_into else MessageResult()
    try:
        act = flapping.close_by_source if action == "close" else actions.acknowledge
        await act(connection, alert_id, actor)
    except (Conflict, NotFound):  # closed or deleted a moment ago
        return MessageResult()
    return MessageResult(alert_id, str(service_id))
