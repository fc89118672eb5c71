"""Prometheus Alertmanager: ``webhook_configs``, payload version 4.

Each alert of a group is one here, known by its fingerprint, unless the key takes a group as one alert. The integration
key stands in the query or the path, or in the Authorization header as ``http_config`` sends it.
"""

from markupsafe import Markup

from tocsin.errors import InvalidInput
from tocsin.ingest.alert_groups.reading import GROUPING, MAX_BODY_BYTES, group_submission
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.alertmanager.snippets import snippets
from tocsin.ingest.answers import ok
from tocsin.ingest.greeting import greeting
from tocsin.ingest.json_body import read_json_body
from tocsin.ingest.message_format import MessageFormat, RawRequest, Submission
from tocsin.ingest.secret import secret_of

_SENDER = GroupSender("Alertmanager", makes_silence_links=True)


def read(raw: RawRequest) -> Submission:
    """The key and the group of a request."""
    secret = secret_of(raw)
    try:
        body = read_json_body(raw.headers.get("content-type", ""), raw.body)
    except InvalidInput as error:
        return Submission(secret, error)
    return group_submission(secret, body, _SENDER)


_PATHS = (
    "/api/v2/alertmanager/incoming",
    "/api/v2/prometheusalertmanager/incoming",
    "/integrations/v1/alertmanager/{token}",
    "/integrations/v1/alertmanager/{token}/",
)

ALERTMANAGER = MessageFormat(
    key_type="alertmanager",
    caption="Prometheus Alertmanager",
    hint=Markup("As the address of a <code>webhook_configs</code> receiver."),
    paths=_PATHS,
    read=read,
    answer=ok,
    snippets=snippets,
    options=(GROUPING,),
    max_body_bytes=MAX_BODY_BYTES,
    router=greeting("This address takes what Prometheus Alertmanager sends: POST, as JSON.", _PATHS),
)
