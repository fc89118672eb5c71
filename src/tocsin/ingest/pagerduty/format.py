"""PagerDuty's ways in: ``/v2/enqueue``, ``/v2/change/enqueue`` and, of version 1, ``create_event.json``.

The key stands in the body, as ``routing_key`` or ``service_key``; the query and the Authorization header may have it,
too. What is answered is in `tocsin.ingest.pagerduty.answers`.
"""

from collections.abc import Sequence

from markupsafe import Markup
from starlette.responses import Response

from tocsin.errors import (
    InvalidInput,
    PermissionDenied,
    TocsinError,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from tocsin.ingest.json_body import JsonBody, read_json_body
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import MessageFormat, MessageResult, RawRequest, Submission, as_problem
from tocsin.ingest.pagerduty import answers
from tocsin.ingest.pagerduty.change import parse_change
from tocsin.ingest.pagerduty.event import event_of_v1, parse_event
from tocsin.ingest.pagerduty.snippets import snippets
from tocsin.ingest.parameters import Parameters, read_query
from tocsin.ingest.secret import read_secret

EVENTS = "/v2/enqueue"
CHANGES = "/v2/change/enqueue"
EVENTS_V1 = "/generic/2010-04-15/create_event.json"

_KEY_NAMES = ("routing_key", "service_key")


def read(raw: RawRequest) -> Submission:
    """The key and the event of a request."""
    try:
        body = _read_body(raw)
    except InvalidInput as error:
        return Submission(_secret(raw, None), error)
    secret, mender = _secret(raw, body), Mender(body.mended)
    try:
        if raw.path == CHANGES:
            return Submission(secret, [parse_change(mender, body.fields)])
        event = event_of_v1(body.fields) if raw.path == EVENTS_V1 else body.fields
        return Submission(secret, [parse_event(mender, event)])
    except InvalidInput as error:
        return Submission(secret, error)


def answer(raw: RawRequest, results: Sequence[MessageResult]) -> Response:
    """That the event is in, and its key."""
    (result,) = results
    match raw.path:
        case path if path == CHANGES:
            return answers.processed(202, {}, "Change event processed")
        case path if path == EVENTS_V1:
            return answers.processed(200, {"incident_key": result.dedup_key})
        case _:
            return answers.processed(202, {"dedup_key": result.dedup_key})


def refuse(raw: RawRequest, error: TocsinError) -> Response:
    """The error in PagerDuty's form. Of version 1 too many events are 403."""
    match error:
        case Unavailable():
            return answers.later()
        case TooManyRequests():
            return answers.too_often(error.retry_after, 403 if raw.path == EVENTS_V1 else 429)
        case TooLarge():
            return answers.too_large(str(error))
        case InvalidInput() if not _is_json(raw):
            return answers.unreadable()
        case InvalidInput():
            return answers.invalid([f"'{wrong.field}' {wrong.message}" for wrong in error.errors])
        case Unauthenticated() if not _is_json(raw):
            return answers.unreadable()
        case Unauthenticated():
            return answers.invalid([answers.key_problem(_key_name(raw), _secret(raw, _read_body(raw)))])
        case PermissionDenied():
            return answers.invalid([f"'{_key_name(raw)}' is a key of another type"])
        case _:
            return as_problem(raw, error)


def _read_body(raw: RawRequest) -> JsonBody:
    return read_json_body(raw.headers.get("content-type", ""), raw.body)


def _is_json(raw: RawRequest) -> bool:
    try:
        return bool(_read_body(raw).fields)
    except InvalidInput:
        return False


def _key_name(raw: RawRequest) -> str:
    return "service_key" if raw.path == EVENTS_V1 else "routing_key"


def _secret(raw: RawRequest, body: JsonBody | None) -> str | None:
    given = [body.fields.get(name) for name in _KEY_NAMES] if body else []
    in_body = next((key.strip() for key in given if isinstance(key, str) and key.strip()), None)
    return in_body or read_secret(raw.headers, Parameters(read_query(raw.query)))


PAGERDUTY = MessageFormat(
    key_type="pagerduty",
    caption="PagerDuty events, versions 1 and 2",
    hint=Markup(
        "For whatever speaks to PagerDuty: give it the address up to the question mark, and what stands after"
        " <code>token=</code> as its integration key (<code>routing_key</code>)."
    ),
    paths=(EVENTS, CHANGES, EVENTS_V1),
    read=read,
    answer=answer,
    refuse=refuse,
    max_body_bytes=512 * 1024,
    snippets=snippets,
)
