"""What a message does to alerts, in a transaction of whoever acts by it."""

from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.errors import Conflict, NotFound
from tocsin.ingest.message_format import Message, MessageResult
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions, flapping, new_alert


async def act(connection: Connection, service_id: UUID, message: Message, actor: Actor) -> MessageResult:
    """Raise, close or acknowledge an alert of the service. Raises NotFound when the service is gone."""
    if message.action == "trigger":
        raised = await new_alert.raise_alert(connection, service_id, message.alert, actor)
        return MessageResult(raised.alert_id, str(raised.service_id), raised.is_new)
    return await close_or_acknowledge(connection, service_id, message, actor)


async def close_or_acknowledge(
    connection: Connection, service_id: UUID, message: Message, actor: Actor
) -> MessageResult:
    """Close or acknowledge the open alert that is meant, if there is one."""
    alert_id = await new_alert.open_alert(connection, service_id, message.alert.dedup_key)
    if alert_id is None:
        return MessageResult()
    try:
        act = flapping.close_by_source if message.action == "close" else actions.acknowledge
        await act(connection, alert_id, actor)
    except (Conflict, NotFound):  # closed or deleted a moment ago
        return MessageResult()
    return MessageResult(alert_id, str(service_id))
