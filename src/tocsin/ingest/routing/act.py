"""What the messages of a request do to alerts, by the routing rules of their key, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.domain.dedup_key import shown_key
from tocsin.ingest.many_messages import act_on_all
from tocsin.ingest.message_actions import result_of
from tocsin.ingest.message_format import Message, MessageResult
from tocsin.ingest.metrics import count_routed
from tocsin.ingest.payload_value import Payload
from tocsin.ingest.raising import AlertRaiser
from tocsin.ingest.routing.key_rules import KeyRules
from tocsin.ingest.routing.place import PlacedMessage
from tocsin.ingest.routing.values import RequestValues
from tocsin.store.actor import Actor
from tocsin.store.alerts import routed_keys, suppressed_alerts
from tocsin.store.alerts.raise_together import SentAlert
from tocsin.store.alerts.routed_keys import Place
from tocsin.store.payloads.received import NewPayload
from tocsin.store.services.changes import NewChange
from tocsin.store.services.integration_keys import SenderCredential
from tocsin.store.services.routing_rules import KeyRouting

_ByService: TypeAlias = dict[UUID, list[tuple[int, Message | NewChange]]]
"""Numbered messages, by the service that they are to act on."""


async def act_by_rules(
    connection: Connection, rules: KeyRules, messages: Sequence[Message | NewChange], payload: Payload, sender: Actor
) -> Sequence[MessageResult]:
    """Do what the messages say where the rules send them; the results in their order. Raises NotFound."""
    key, request = rules.key, RequestValues.of(payload)
    placed = {
        number: rules.place(message, request)
        for number, message in enumerate(messages)
        if isinstance(message, Message) and message.alert_id is None
    }
    await _suppress(connection, key, placed.values(), sender)
    by_service = _by_service(key, messages, placed, await _places(connection, key, placed.values()))
    results = {number: _nothing_done(key, one) for number, one in placed.items()}
    for service_id in sorted(by_service):  # in one order, or two requests could wait for each other
        numbers, sent = zip(*by_service[service_id], strict=True)
        for number, result in zip(numbers, await act_on_all(connection, service_id, sent, sender), strict=True):
            results[number] = _better(results.get(number), result)
    for one in placed.values():
        count_routed(one.routed)
    return [results[number] for number in range(len(messages))]


async def raise_one(
    raiser: AlertRaiser, rules: KeyRules | None, credential: SenderCredential, message: Message, payload: NewPayload
) -> MessageResult | None:
    """Raise the alert of a message in one round trip, by the rules that are known of its key, if it has any.

    None, and nothing is done, when that cannot be: the rule suppresses it, or the key has other rules by now.
    """
    placed = rules and rules.place(message, RequestValues.of(payload))
    if placed and placed.routed.is_suppressed:
        return None
    alert = placed.message.alert if placed else message.alert
    raised = await raiser.raise_alert(SentAlert(credential, alert, payload))
    if raised is None:
        return None
    if placed:
        count_routed(placed.routed)
    return result_of(message, raised)


async def _suppress(connection: Connection, key: KeyRouting, placed: Collection[PlacedMessage], sender: Actor) -> None:
    """Keep what rules suppress, and note what of it is over."""
    kept = [
        (one.as_sent, one.routed.rule.name)
        for one in placed
        if one.message.action == "trigger" and one.routed.rule is not None and one.routed.is_suppressed
    ]
    if kept:
        await suppressed_alerts.keep(connection, key.service_id, sender, kept)
    if over := [one.sent_key for one in placed if one.message.action == "close"]:
        await suppressed_alerts.close(connection, key.key_id, over)


async def _places(
    connection: Connection, key: KeyRouting, placed: Collection[PlacedMessage]
) -> Mapping[str, Sequence[Place]]:
    """Where something is open that the messages which raise nothing are about, by the keys of their sender."""
    sent_keys = [one.sent_key for one in placed if one.message.action != "trigger"]
    return await routed_keys.places_of(connection, key.key_id, key.service_id, sent_keys) if sent_keys else {}


def _by_service(
    key: KeyRouting,
    messages: Sequence[Message | NewChange],
    placed: Mapping[int, PlacedMessage],
    places: Mapping[str, Sequence[Place]],
) -> _ByService:
    """Each message where it acts, in their order: what raises in one place, others wherever something may be open."""
    by_service: _ByService = {}
    known = {sent_key: list(found) for sent_key, found in places.items()}
    for number, message in enumerate(messages):
        one = placed.get(number)
        if one is None:
            by_service.setdefault(key.service_id, []).append((number, message))
            continue
        there = [] if one.routed.is_suppressed else [one.place]
        if one.message.action == "trigger":
            known.setdefault(one.sent_key, []).extend(there)
        else:
            there = [*known.get(one.sent_key, ()), *there]
        for place in dict.fromkeys(there):
            by_service.setdefault(place.service_id, []).append((number, one.at(place).message))
    return by_service


def _nothing_done(key: KeyRouting, one: PlacedMessage) -> MessageResult:
    """What came of a message that was suppressed, or is about nothing that is open."""
    service_id = str(key.service_id) if one.message.action == "trigger" else ""
    return MessageResult(service_id=service_id, dedup_key=shown_key(one.sent_key))


def _better(former: MessageResult | None, result: MessageResult) -> MessageResult:
    """The first result about an alert, with the deduplication key as its sender knows it."""
    if former is None:
        return result
    return former if former.alert_id else replace(result, dedup_key=former.dedup_key)
