"""Opsgenie's way in: ``/v2/alerts`` and what is below it, as `tocsin.ingest.opsgenie.requests` reads it.

The key is an Opsgenie API key: ``Authorization: GenieKey …``.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from markupsafe import Markup
from starlette.responses import Response

from tocsin.errors import InvalidInput, TocsinError
from tocsin.ingest.json_body import read_json_body
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import MessageFormat, MessageResult, RawRequest, Submission
from tocsin.ingest.opsgenie import answers
from tocsin.ingest.opsgenie.questions import question_router
from tocsin.ingest.opsgenie.request_id import RequestOutcome, write_id
from tocsin.ingest.opsgenie.requests import CREATE, messages_of, read_path
from tocsin.ingest.opsgenie.secret import KEY_TYPE, read_key
from tocsin.ingest.opsgenie.snippets import snippets
from tocsin.ingest.parameters import Parameters, read_query


def read(raw: RawRequest) -> Submission:
    """The key of a request, and its messages."""
    query = Parameters(read_query(raw.query))
    secret = read_key(raw.headers, query)
    try:
        body = read_json_body(raw.headers.get("content-type", ""), raw.body)
        fields = {**{name: query.first(name) for name in ("note", "user", "source")}, **body.fields}
        identifier_type = query.first("identifierType") or "id"
        request = read_path(raw.method, raw.path)
        return Submission(secret, messages_of(Mender(body.mended), request, identifier_type, fields))
    except InvalidInput as error:
        return Submission(secret, error)


def answer(raw: RawRequest, results: Sequence[MessageResult]) -> Response:
    """That the request is in, with an id that tells what became of it."""
    request = read_path(raw.method, raw.path)
    about = results[0] if request.action == "trigger" else results[-1]
    return answers.accepted(write_id(RequestOutcome(request.name, about.alert_id, datetime.now(UTC))))


def refuse(_raw: RawRequest, error: TocsinError) -> Response:
    """The error in Opsgenie's form."""
    return answers.refused(error)


OPSGENIE = MessageFormat(
    key_type=KEY_TYPE,
    caption="Opsgenie alerts",
    hint=Markup(
        "For whatever speaks to Opsgenie: give it the address of Tocsin as that of the API, and what stands after"
        " <code>token=</code> as its API key."
    ),
    paths=(CREATE,),
    more_paths={f"{CREATE}/{{identifier:path}}": ("POST", "PUT", "PATCH", "DELETE")},
    read=read,
    answer=answer,
    refuse=refuse,
    snippets=snippets,
    router=question_router,
)
