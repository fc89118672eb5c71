"""The forecast and the warnings of a policy that nobody has saved, shown beside its editor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from tocsin.api.policies import PolicyCreate
from tocsin.db.pool import Pool
from tocsin.domain.checks import Finding
from tocsin.domain.escalation.definition import PolicyDefinition, StepDefinition
from tocsin.errors import InvalidInput
from tocsin.store.alerts import forecast
from tocsin.store.policies import configuration_checks
from tocsin.store.policies.policies import PolicySpec
from tocsin.store.policies.policy_steps import StepSpec
from tocsin.web.kit.forecast_text import ForecastText, forecast_text
from tocsin.web.kit.wall_times import instant_of
from tocsin.web.policies.draft import Draft, names, values

_MOST_FORECAST = 14
_UNNAMED = "This policy"


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """The forecast and the findings of a draft; or the errors of its form, by field."""

    forecast: ForecastText | None = None
    findings: Sequence[Finding] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


async def preview(pool: Pool, draft: Draft, policy_id: UUID | None, zone: ZoneInfo, *, mails: bool) -> PolicyPreview:
    """The draft's preview for now, or for the time in its field ``at``, by the clocks of the zone. Saves nothing."""
    form = draft.form
    try:
        known = {**values(draft), "name": form.value("name") or _UNNAMED}
        spec = form.body(PolicyCreate, known).spec()
        definition = definition_of(spec, policy_id)
        findings = await configuration_checks.of_definition(pool, spec.name, definition, mails=mails)
        at = instant_of(form, "at", zone) if form.value("at") else None
        foreseen = await forecast.of_definition(pool, spec.name, definition, at)
    except InvalidInput as error:
        return PolicyPreview(errors=replace(form, errors={}).wrong(error, names(draft)).errors)
    return PolicyPreview(forecast_text(foreseen, _MOST_FORECAST), findings)


def definition_of(spec: PolicySpec, policy_id: UUID | None = None) -> PolicyDefinition:
    """The definition; what is new in it gets an id for the moment."""
    steps = [_step(step) for step in spec.steps]
    return PolicyDefinition(policy_id or uuid4(), spec.repeat, steps, spec.catch_all_policy_id)


def _step(step: StepSpec) -> StepDefinition:
    return StepDefinition(step.id or uuid4(), step.delay, step.targets, step.if_nobody, step.ack_by)
