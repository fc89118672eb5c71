"""What a message does to alerts, in a transaction of whoever acts by it."""

from dataclasses import replace
from typing import assert_never
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.domain.dedup_key import shown_key
from tocsin.errors import Conflict, InvalidInput, NotFound
from tocsin.ingest.message_format import Message, MessageResult
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions, flapping, new_alert, notes, roll_up
from tocsin.store.alerts.new_alert import RaisedAlert
from tocsin.store.services import changes
from tocsin.store.services.changes import NewChange


async def act(connection: Connection, service_id: UUID, message: Message | NewChange, actor: Actor) -> MessageResult:
    """Raise an alert of the service, act on one, or keep a change. Raises NotFound when the service is gone."""
    if isinstance(message, NewChange):
        await changes.record(connection, service_id, message, actor)
        return MessageResult(service_id=str(service_id))
    if message.action == "trigger":
        return result_of(message, await new_alert.raise_alert(connection, service_id, message.alert, actor))
    result = await act_on_alert(connection, service_id, message, actor)
    return replace(result, dedup_key=shown_key(message.alert.dedup_key))


def result_of(message: Message, raised: RaisedAlert) -> MessageResult:
    """What became of a message that raises an alert."""
    key = shown_key(message.alert.dedup_key)
    return MessageResult(raised.alert_id, str(raised.service_id), raised.is_new, key)


async def act_on_alert(connection: Connection, service_id: UUID, message: Message, actor: Actor) -> MessageResult:
    """Do what the message says to the alert that is meant, if there is one that it can be done to."""
    alert_id = await _alert_meant(connection, service_id, message, actor)
    if alert_id is None:
        rolled_up_into = await _act_on_rolled_up(connection, service_id, message, actor)
        return MessageResult(rolled_up_into, str(service_id)) if rolled_up_into else MessageResult()
    try:
        await _do(connection, alert_id, message, actor)
    except (Conflict, InvalidInput, NotFound):  # closed or deleted a moment ago, or not in a state for it
        return MessageResult()
    return MessageResult(alert_id, str(service_id))


async def _alert_meant(connection: Connection, service_id: UUID, message: Message, actor: Actor) -> int | None:
    """The open alert with the message's key; or the one with its number, which may be closed."""
    if message.alert_id is None:
        return await new_alert.open_alert(connection, service_id, message.alert.dedup_key)
    is_known = await new_alert.is_within_reach(connection, service_id, message.alert_id, actor)
    return message.alert_id if is_known else None


async def _act_on_rolled_up(connection: Connection, service_id: UUID, message: Message, actor: Actor) -> int | None:
    """Close or acknowledge what has rolled up of the message's key: the alert that lists it, or None."""
    match message.action:
        case "close" | "acknowledge" as action if message.alert_id is None:
            return await roll_up.act(connection, service_id, message.alert.dedup_key, action, actor)
        case _:
            return None


async def _do(connection: Connection, alert_id: int, message: Message, actor: Actor) -> None:
    match message.action:
        case "close":
            await flapping.close_by_source(connection, alert_id, actor)
        case "acknowledge":
            await actions.acknowledge(connection, alert_id, actor)
        case "reopen":
            await actions.take_back_acknowledgement(connection, alert_id, actor)
        case "snooze":
            assert message.until is not None, "a format gives it"
            await actions.snooze(connection, alert_id, actor, message.until)
        case "escalate":
            await actions.escalate(connection, alert_id, actor)
        case "note":
            await notes.add(connection, alert_id, actor, message.note)
        case "trigger":
            raise AssertionError("an alert is raised elsewhere")
        case _:
            assert_never(message.action)
