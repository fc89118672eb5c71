"""What many messages of one request do to alerts, in one transaction of the actor.

All that they raise is one statement, and so is all that they close; whatever else they ask for is done one by one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.domain.dedup_key import ROLL_UP_KEY, shown_key
from tocsin.ingest.message_actions import act, result_of
from tocsin.ingest.message_format import Message, MessageAction, MessageResult
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions, many_alerts
from tocsin.store.alerts.many_alerts import OpenAlert
from tocsin.store.services.changes import NewChange


async def act_on_all(
    connection: Connection, service_id: UUID, messages: Sequence[Message | NewChange], actor: Actor
) -> Sequence[MessageResult]:
    """Do what the messages say; the results in their order. Messages about the same alert act in their order.

    Raises NotFound when the service is gone.
    """
    results: dict[int, MessageResult] = {}
    for numbered in _rounds(messages):
        results |= await _act_once(connection, service_id, numbered, actor)
    return [results[number] for number in range(len(messages))]


def _rounds(messages: Sequence[Message | NewChange]) -> Sequence[Mapping[int, Message | NewChange]]:
    """The messages by number, in rounds in none of which two are about the same alert."""
    seen: Counter[object] = Counter()
    rounds: list[dict[int, Message | NewChange]] = []
    for number, message in enumerate(messages):
        about = (message.alert_id or message.alert.dedup_key) if isinstance(message, Message) else number
        if seen[about] == len(rounds):
            rounds.append({})
        rounds[seen[about]][number] = message
        seen[about] += 1
    return rounds


async def _act_once(
    connection: Connection, service_id: UUID, messages: Mapping[int, Message | NewChange], actor: Actor
) -> dict[int, MessageResult]:
    """Act on about as many alerts. Those that are to be closed are locked first, with those that are raised."""
    raising = _with_action("trigger", messages)
    results: dict[int, MessageResult] = {}
    if closing := _with_action("close", messages):
        keys = [message.alert.dedup_key for message in (*raising.values(), *closing.values())]
        found = await many_alerts.lock_open(connection, service_id, [*keys, ROLL_UP_KEY])
        results |= await _close(connection, service_id, closing, found, actor)
    if raising:
        alerts = [message.alert for message in raising.values()]
        raised = await many_alerts.raise_alerts(connection, service_id, alerts, actor)
        results |= {
            number: result_of(message, one) for (number, message), one in zip(raising.items(), raised, strict=True)
        }
    for number, message in messages.items():
        if number not in results:
            results[number] = await act(connection, service_id, message, actor)
    return results


def _with_action(action: MessageAction, messages: Mapping[int, Message | NewChange]) -> dict[int, Message]:
    """Those that ask for the action on the alert that their key names."""
    return {
        number: message
        for number, message in messages.items()
        if isinstance(message, Message) and message.action == action and message.alert_id is None
    }


async def _close(
    connection: Connection,
    service_id: UUID,
    messages: Mapping[int, Message],
    found: Mapping[str, OpenAlert],
    actor: Actor,
) -> dict[int, MessageResult]:
    """Close the open ones at once, but for those that may flap or have rolled up."""
    results: dict[int, MessageResult] = {}
    closing: list[int] = []
    for number, message in messages.items():
        key = shown_key(message.alert.dedup_key)
        match found.get(message.alert.dedup_key):
            case OpenAlert(id=alert_id, may_flap=False):
                closing.append(alert_id)
                results[number] = MessageResult(alert_id, str(service_id), dedup_key=key)
            case None if ROLL_UP_KEY not in found:
                results[number] = MessageResult(dedup_key=key)
            case _:
                results[number] = await act(connection, service_id, message, actor)
    if closing:
        await actions.close_many(connection, closing, actor)
    return results
