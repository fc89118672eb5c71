"""Grafana: the webhook contact point of unified alerting, and the webhooks of legacy alerting.

Unified alerting sends groups, as Alertmanager does, with images and links to panel, dashboard and silence. Legacy
alerting sends one rule at a time.
"""

from markupsafe import Markup

from tocsin.errors import InvalidInput
from tocsin.ingest.alert_groups.reading import GROUPING, MAX_BODY_BYTES, group_submission
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.answers import ok
from tocsin.ingest.grafana.legacy import parse_rule
from tocsin.ingest.grafana.snippets import snippets
from tocsin.ingest.greeting import greeting
from tocsin.ingest.json_body import JsonBody, read_json_body
from tocsin.ingest.message_format import MessageFormat, RawRequest, Submission
from tocsin.ingest.parameters import Parameters, read_query
from tocsin.ingest.secret import secret_of

_SENDER = GroupSender("Grafana")
_OF_GROUPS = ("alerts", "groupKey", "commonLabels")


def read(raw: RawRequest) -> Submission:
    """The key and what a request tells of: a group, or a rule of legacy alerting."""
    secret = secret_of(raw)
    try:
        body = read_json_body(raw.headers.get("content-type", ""), raw.body)
        if any(body.fields.get(name) for name in _OF_GROUPS):
            return group_submission(secret, body, _SENDER)
        return Submission(secret, [parse_rule(body, _dedup(raw, body))])
    except InvalidInput as error:
        return Submission(secret, error)


def _dedup(raw: RawRequest, body: JsonBody) -> object:
    return Parameters(read_query(raw.query)).first("dedup") or body.fields.get("dedup")


_PATHS = (
    "/api/v2/grafana/incoming",
    "/v1/webhooks/grafana",
    "/integrations/v1/grafana_alerting/{token}",
    "/integrations/v1/grafana_alerting/{token}/",
    "/integrations/v1/grafana/{token}",
    "/integrations/v1/grafana/{token}/",
)

GRAFANA = MessageFormat(
    key_type="grafana",
    caption="Grafana",
    hint=Markup("As the URL of a contact point of the type <em>Webhook</em>."),
    paths=_PATHS,
    read=read,
    answer=ok,
    snippets=snippets,
    options=(GROUPING,),
    max_body_bytes=MAX_BODY_BYTES,
    router=greeting("This address takes what a webhook contact point of Grafana sends: POST, as JSON.", _PATHS),
)
