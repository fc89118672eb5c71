"""Grafana OnCall's formatted webhook: one alert as JSON, at the address that OnCall had.

Fields: ``alert_uid``, ``title``, ``image_url``, ``state`` (``alerting`` or ``ok``), ``link_to_upstream_details``,
``message``.
"""

from markupsafe import Markup

from tocsin.domain.alert_link import AlertLink
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.alert_groups.status import read_status
from tocsin.ingest.answers import ok
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.formatted_webhook.snippets import snippets
from tocsin.ingest.greeting import greeting
from tocsin.ingest.json_body import JsonBody, read_json_body
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import Message, MessageFormat, RawRequest, Submission
from tocsin.ingest.secret import secret_of


def read(raw: RawRequest) -> Submission:
    """The key and the message of a request."""
    secret = secret_of(raw)
    try:
        return Submission(secret, [parse(read_json_body(raw.headers.get("content-type", ""), raw.body))])
    except InvalidInput as error:
        return Submission(secret, error)


def parse(body: JsonBody) -> Message:
    """The message that the fields make. Raises InvalidInput when they name nothing."""
    mender, fields = Mender(list(body.mended)), body.fields
    title, details = mender.line("title", fields.get("title")), mender.text("message", fields.get("message"))
    dedup = fit_dedup(mender, fields.get("alert_uid"), "alert_uid") or fit_dedup(mender, title, "title")
    if not (dedup or details):
        raise InvalidInput(FieldError("title", "is required: without title, alert_uid and message nothing is named"))
    links = [
        AlertLink("image", mender.line("image_url", fields.get("image_url")), "Image"),
        AlertLink("source", mender.line("link", fields.get("link_to_upstream_details")), "Details"),
    ]
    alert = compose_alert(
        mender,
        summary=title,
        details=details,
        severity=fields.get("severity"),
        links=[link for link in links if link.href],
        dedup=dedup,
    )
    return Message("trigger" if read_status(mender, fields.get("state")) == "firing" else "close", alert)


_PATHS = (
    "/api/v2/formatted_webhook/incoming",
    "/integrations/v1/formatted_webhook/{token}",
    "/integrations/v1/formatted_webhook/{token}/",
)

FORMATTED_WEBHOOK = MessageFormat(
    key_type="formatted_webhook",
    caption="Formatted webhook, as Grafana OnCall has it",
    hint=Markup("POST, as JSON: <code>title</code>, <code>state</code>, <code>alert_uid</code>, <code>message</code>."),
    paths=_PATHS,
    read=read,
    answer=ok,
    snippets=snippets,
    router=greeting("This address takes formatted webhooks: POST, as JSON.", _PATHS),
)
