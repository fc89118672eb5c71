"""What a draft of rules would do to what came with an integration key last, beside what its rules do today."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.domain.dedup_key import shown_key
from tocsin.domain.routing.route import Routed
from tocsin.domain.routing.rule import PRIORITY_LABEL, RoutingRule
from tocsin.domain.severity import Severity
from tocsin.errors import InvalidInput
from tocsin.ingest.message_format import KeyOptions, Message, MessageAction
from tocsin.ingest.replay import read_again
from tocsin.ingest.routing.key_rules import KeyRules
from tocsin.ingest.routing.place import place
from tocsin.ingest.routing.values import RequestValues
from tocsin.store.payloads import received
from tocsin.store.payloads.received import ReceivedPayload
from tocsin.store.services import integration_keys
from tocsin.store.services.routing_rules import KeyRouting

PAYLOADS = 500
_MOST_BYTES = 16 * 1024 * 1024
_WITHIN = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of a message. Two are equal when the same becomes of it, by whatever rule."""

    service_id: UUID
    severity: Severity
    summary: str
    dedup_key: str
    priority: str | None
    delay: timedelta | None
    suppressed: bool
    rule: str | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """A message of which something else would become."""

    payload_id: int
    received_at: datetime
    action: MessageAction
    before: Effect
    after: Effect


@dataclass(slots=True)
class RuleUse:
    """What a rule of the draft did: for how many messages it counted, for how many it failed, and why it did last."""

    name: str
    matched: int = 0
    failed: int = 0
    error: str | None = None


@dataclass(slots=True)
class DryRun:
    """What was looked at, newest first, and what would differ. ``is_cut``: all of it took too long."""

    rules: Sequence[RuleUse]
    payloads: int = 0
    messages: int = 0
    differences: list[Difference] = field(default_factory=list)
    is_cut: bool = False


async def dry_run(database: Queryable, key: KeyRouting, draft: Sequence[RoutingRule]) -> DryRun:
    """Route the last payloads of the key by its rules and by the draft. Nothing is written."""
    payloads = await received.last_of_key(database, key.key_id, PAYLOADS, _MOST_BYTES)
    options = await integration_keys.options_of(database, key.key_id)
    return await asyncio.to_thread(_compare, KeyRules.of(key), KeyRules(key, draft), payloads, options)


def _compare(now: KeyRules, draft: KeyRules, payloads: Sequence[ReceivedPayload], options: KeyOptions) -> DryRun:
    run, ends = DryRun([RuleUse(rule.name) for rule in draft.rules]), time.monotonic() + _WITHIN.total_seconds()
    for payload in payloads:
        if time.monotonic() > ends:
            run.is_cut = True
            break
        run.payloads += 1
        request = RequestValues.of(payload)
        for message in _messages(payload, options):
            before, after = now.route(message, request), draft.route(message, request)
            _count(run, after)
            effects = _effect(message, before, now.key), _effect(message, after, now.key)
            if effects[0] != effects[1]:
                run.differences.append(Difference(payload.id, payload.received_at, message.action, *effects))
    return run


def _messages(payload: ReceivedPayload, options: KeyOptions) -> Iterator[Message]:
    """The messages that rules are asked about; none of what cannot be read."""
    try:
        messages = read_again(payload).by_options(options)
    except InvalidInput:
        return
    yield from (one for one in messages if isinstance(one, Message) and one.alert_id is None)


def _count(run: DryRun, routed: Routed) -> None:
    run.messages += 1
    if routed.rule_number is not None:
        run.rules[routed.rule_number].matched += 1
    for failure in routed.failures:
        use = run.rules[failure.rule_number]
        use.failed, use.error = use.failed + 1, use.error or failure.error


def _effect(message: Message, routed: Routed, key: KeyRouting) -> Effect:
    placed = place(message, routed, key)
    alert, rule = placed.message.alert, routed.rule
    return Effect(
        service_id=placed.service_id,
        severity=alert.severity,
        summary=alert.summary,
        dedup_key=shown_key(alert.dedup_key),
        priority=alert.labels.get(PRIORITY_LABEL),
        delay=rule.delay if rule else None,
        suppressed=routed.is_suppressed,
        rule=rule.name if rule else None,
    )
