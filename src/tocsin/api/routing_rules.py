"""Routing rules of an integration key: where what comes with it goes; and what a draft of them would change."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StrictBool

from tocsin.domain.severity import Severity
from tocsin.http.access import require_edit
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, ExpressionText, Name, PositiveSeconds, Read, UtcDatetime, example
from tocsin.ingest.message_format import MessageAction
from tocsin.ingest.routing.compile import compiled
from tocsin.ingest.routing.dry_run import dry_run
from tocsin.store.actor import acting
from tocsin.store.services import routing_rules
from tocsin.store.services.routing_rules import MOST_RULES, KeyRouting, RoutingRuleSpec

router = APIRouter(prefix="/services/{service_id}/integration-keys/{key_id}/routing-rules", tags=["integration keys"])

_MOST_DIFFERENCES = 500
_EXAMPLE = {
    "rules": [
        {"name": "Test systems are quiet", "condition": 'labels["env"] == "test"', "suppress": True},
        {"name": "Warnings wait", "condition": 'severity == "warning"', "delay_seconds": 180},
    ]
}


class RoutingRuleBody(Body):
    """A rule of an integration key. With the id of an existing one it is that rule, changed; without, a new one."""

    id: UUID | None = None
    name: Name
    condition: ExpressionText = Field(description="CEL over what the message says; the rule matches when it is true")
    service_id: UUID | None = Field(None, description="another service of the same team, to which the alert goes")
    severity: Severity | None = None
    priority: Name | None = Field(None, description="the label priority")
    dedup_key: ExpressionText | None = Field(None, description="CEL that gives the deduplication key")
    summary: ExpressionText | None = Field(None, description="CEL that gives the summary")
    suppress: StrictBool = Field(False, description="no alert is made; it is counted, and kept as long as payloads are")
    delay_seconds: PositiveSeconds | None = Field(
        None, description="the alert is open at once, and enters its first step only if it still is after this"
    )

    def spec(self) -> RoutingRuleSpec:
        values = dict(self)
        delay = values.pop("delay_seconds")
        return RoutingRuleSpec(**values, delay=delay)

    @staticmethod
    def of(rule: RoutingRuleSpec) -> "RoutingRuleBody":
        values = {name: getattr(rule, name) for name in RoutingRuleBody.model_fields if name != "delay_seconds"}
        return RoutingRuleBody.model_construct(**values, delay_seconds=rule.delay)


class RoutingRulesBody(Body):
    """All rules of an integration key in order: of those that match a message the first counts."""

    model_config = example(_EXAMPLE)

    rules: list[RoutingRuleBody] = Field(max_length=MOST_RULES)

    def specs(self) -> list[RoutingRuleSpec]:
        return [rule.spec() for rule in self.rules]


class EffectRead(Read):
    """What becomes of a message."""

    rule: str | None = Field(description="the name of the rule that counts; null: none matches")
    service_id: UUID
    severity: Severity
    summary: str
    dedup_key: str
    priority: str | None
    delay_seconds: PositiveSeconds | None = Field(validation_alias="delay")
    suppressed: bool


class DifferenceRead(Read):
    """A message of which something else would become."""

    payload_id: int
    received_at: UtcDatetime
    action: MessageAction
    before: EffectRead
    after: EffectRead


class RuleUseRead(Read):
    """What a rule of the draft would have done."""

    name: str
    matched: int = Field(description="messages for which it is the first that matches")
    failed: int = Field(description="messages for which it cannot be evaluated, and so does not match")
    error: str | None = Field(description="why it could not be evaluated last")


class DryRunRead(Read):
    """What a draft of rules would do to the last payloads of a key, up to 500, beside what its rules do."""

    payloads: int
    messages: int
    is_cut: bool = Field(description="to look at all of them took too long")
    rules: list[RuleUseRead]
    differences: list[DifferenceRead] = Field(description="newest first, up to 500")


@router.get("", summary="Show the routing rules of an integration key")
async def get_routing_rules(service_id: UUID, key_id: UUID, _actor: Reader, pool: Database) -> RoutingRulesBody:
    return _read(await routing_rules.get(pool, service_id, key_id))


@router.put("", summary="Replace the routing rules of an integration key")
async def put_routing_rules(
    service_id: UUID, key_id: UUID, body: RoutingRulesBody, actor: Writer, pool: Database
) -> RoutingRulesBody:
    specs = body.specs()
    compiled(specs)
    async with acting(pool, actor) as connection:
        key = await routing_rules.lock(connection, service_id, key_id)
        require_edit(actor, key.team_id)
        await routing_rules.replace(connection, key, specs)
        return _read(await routing_rules.get(connection, service_id, key_id))


@router.post("/dry-run", summary="Try routing rules on the last payloads of an integration key")
async def try_routing_rules(
    service_id: UUID, key_id: UUID, body: RoutingRulesBody, actor: Writer, pool: Database
) -> DryRunRead:
    """Nothing is changed."""
    key = await routing_rules.get(pool, service_id, key_id)
    require_edit(actor, key.team_id)
    run = await dry_run(pool, key, compiled(body.specs()))
    return DryRunRead(
        payloads=run.payloads,
        messages=run.messages,
        is_cut=run.is_cut,
        rules=[RuleUseRead.model_validate(use) for use in run.rules],
        differences=[DifferenceRead.model_validate(one) for one in run.differences[:_MOST_DIFFERENCES]],
    )


def _read(key: KeyRouting) -> RoutingRulesBody:
    return RoutingRulesBody.model_construct(rules=[RoutingRuleBody.of(rule) for rule in key.rules])
