"""What a draft of routing rules would do to what came last, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.routing.compile import compiled
from tocsin.ingest.routing.dry_run import Difference, DryRun, Effect, dry_run
from tocsin.store.services import routing_rules
from tocsin.store.services.routing_rules import KeyRouting, RoutingRuleSpec
from tocsin.web.kit.formatting import span

_MOST = 50


@dataclass(frozen=True, slots=True)
class EffectChange:
    """Something that would be different: what it is, what it is now, what it would be."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MessageChange:
    """A message of which something else would become."""

    received_at: datetime
    summary: str
    is_close: bool
    changes: Sequence[EffectChange]


@dataclass(frozen=True, slots=True)
class RuleEffects:
    """What was found out; ``run`` is None when nothing was tried, or could be: then ``problems`` say why.

    Rules of which one does not say yet what it matches have neither.
    """

    run: DryRun | None = None
    changes: Sequence[MessageChange] = ()
    problems: Sequence[str] = ()
    is_tried: bool = True


NOT_TRIED = RuleEffects(is_tried=False)
UNFINISHED = RuleEffects()

_CAPTIONS = {
    "name": "Name",
    "condition": "Matches when",
    "suppress": "Suppress",
    "severity": "Severity",
    "service_id": "Service",
    "delay_seconds": "First step only after",
    "priority": "Label priority",
    "summary": "Summary",
    "dedup_key": "Deduplication key",
}


async def rule_effects(pool: Pool, key: KeyRouting, specs: Callable[[], Sequence[RoutingRuleSpec]]) -> RuleEffects:
    """What the rules would do to the last payloads of the key. ``specs`` raises InvalidInput for wrong ones."""
    try:
        draft = compiled(specs())
    except InvalidInput as error:
        return RuleEffects(problems=[_problem(one) for one in error.errors])
    run = await dry_run(pool, key, draft)
    names = {key.service_id: key.service_name, **dict(await routing_rules.targets(pool, key.service_id))}
    return RuleEffects(run, [_message(one, names) for one in run.differences[:_MOST]])


def captioned(error: str) -> str:
    """Why a rule cannot be evaluated, with the field as the page calls it."""
    name, separator, rest = error.partition(": ")
    return f"{_CAPTIONS[name]}: {rest}" if separator and name in _CAPTIONS else error


def _problem(error: FieldError) -> str:
    """What is wrong with a field of a rule, such as rules.0.condition, as the page calls both."""
    match error.field.split("."):
        case ["rules", number, name, *_]:
            return f"Rule {int(number) + 1}, {_CAPTIONS.get(name, name)}: {error.message}"
        case _:
            return f"{error.field}: {error.message}"


def _message(one: Difference, names: Mapping[UUID, str]) -> MessageChange:
    return MessageChange(one.received_at, one.before.summary, one.action == "close", list(_changes(one, names)))


def _changes(one: Difference, names: Mapping[UUID, str]) -> Sequence[EffectChange]:
    before, after = _told(one.before, names), _told(one.after, names)
    if one.before.suppressed or one.after.suppressed:
        before, after = {"It": before["It"]}, {"It": after["It"]}
    return [EffectChange(what, before[what], after[what]) for what in before if before[what] != after[what]]


def _told(effect: Effect, names: Mapping[UUID, str]) -> Mapping[str, str]:
    return {
        "It": "is suppressed" if effect.suppressed else "makes an alert",
        "Service": names.get(effect.service_id, "another"),
        "Severity": effect.severity,
        "Priority": effect.priority or "none",
        "First step": _delay(effect.delay),
        "Key": effect.dedup_key,
        "Summary": effect.summary,
    }


def _delay(delay: timedelta | None) -> str:
    return f"after {span(delay)}" if delay else "at once"
