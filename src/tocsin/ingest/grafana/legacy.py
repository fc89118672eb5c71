"""A notification of Grafana's legacy alerting: one rule and its state. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tocsin.domain.alert_link import AlertLink
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.alert_groups.group import as_object
from tocsin.ingest.alert_groups.status import read_status
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.json_body import JsonBody
from tocsin.ingest.labels import labels_of
from tocsin.ingest.mending import Mender, shown
from tocsin.ingest.message_format import Message

_MOST_MATCHES = 20


def parse_rule(body: JsonBody, dedup: object) -> Message:
    """The message of a rule: raised while it alerts or has no data, closed when it is well. Raises InvalidInput."""
    mender, fields = Mender(list(body.mended)), body.fields
    rule = mender.line("ruleName", fields.get("ruleName")) or mender.line("title", fields.get("title"))
    key = fit_dedup(mender, dedup) or _rule_key(mender, fields, rule)
    if not key:
        raise InvalidInput(FieldError("ruleName", "is required: without alerts, rule and title nothing is named"))
    state = mender.line("state", fields.get("state"))
    status = read_status(mender, state)
    labels = labels_of(mender, "tags", as_object(mender, "tags", fields.get("tags")))
    details = (mender.text("message", fields.get("message")), "\n".join(_matches(mender, fields.get("evalMatches"))))
    alert = compose_alert(
        mender,
        summary=f"{rule}: no data" if rule and state.casefold() in {"no_data", "nodata"} else rule,
        details="\n\n".join(filter(None, details)),
        severity=labels.get("severity"),
        labels=labels,
        links=_links(mender, fields),
        dedup=key,
    )
    return Message("trigger" if status == "firing" else "close", alert)


def _rule_key(mender: Mender, fields: Mapping[str, Any], rule: str) -> str:
    """What names the rule: its number, which stays when it is renamed, or else its name."""
    number, organisation = fields.get("ruleId"), fields.get("orgId")
    if isinstance(number, int) and number:
        return fit_dedup(mender, f"rule {organisation if isinstance(organisation, int) else 1}/{number}")
    return fit_dedup(mender, rule)


def _links(mender: Mender, fields: Mapping[str, Any]) -> Iterator[AlertLink]:
    if image := mender.line("imageUrl", fields.get("imageUrl")):
        yield AlertLink("image", image, "Panel")
    if rule := mender.line("ruleUrl", fields.get("ruleUrl")):
        yield AlertLink("source", rule, "Rule")


def _matches(mender: Mender, given: object) -> Sequence[str]:
    """The values for which the rule alerts, a line for each."""
    if given and not isinstance(given, list):
        mender.note("evalMatches", f"is no list, left out (it is {shown(given)})")
    matches = given if isinstance(given, list) else []
    return [
        f"- {mender.line('metric', match.get('metric'))}: {match.get('value')}"
        for match in matches[:_MOST_MATCHES]
        if isinstance(match, dict) and isinstance(match.get("value"), int | float)
    ]
