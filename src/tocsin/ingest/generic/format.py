"""The generic way in: ``POST /api/v2/generic/incoming``, as senders that speak to GoAlert use it.

A message comes as query, form (URL-encoded or multipart) or JSON, whose fields override the others and are named in
any case: ``summary``, ``details``, ``action`` (``close``, ``ack``, anything else raises), ``dedup``, ``meta``, and
``severity``. Fields that we do not know are ignored, as GoAlert does: senders send them. The integration key stands in
the query, the form or the Authorization header. The answer is 204, or 200 with the ids when JSON is asked for.
"""

import re
from collections.abc import Sequence

from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from tocsin.ingest.generic.parse import parse
from tocsin.ingest.generic.snippets import snippets
from tocsin.ingest.message_format import MessageFormat, MessageResult, RawRequest
from tocsin.ingest.one_message import one_message

_REFUSED = re.compile(r"q=0(\.0*)?")


def answer(raw: RawRequest, results: Sequence[MessageResult]) -> Response:
    """Nothing, or the ids of the one message when the sender asks for JSON."""
    if not wants_json(raw.headers.get("accept", "")):
        return Response(status_code=204)
    (result,) = results
    return JSONResponse({"AlertID": result.alert_id, "ServiceID": result.service_id, "IsNew": result.is_new})


def wants_json(accept: str) -> bool:
    """Whether an Accept header asks for JSON by name; ``*/*`` does not."""
    return any(_is_json(item) for item in accept.split(","))


def _is_json(item: str) -> bool:
    media_type, *options = (part.strip().lower().replace(" ", "") for part in item.split(";"))
    return media_type == "application/json" and not any(_REFUSED.fullmatch(option) for option in options)


GENERIC = MessageFormat(
    key_type="generic",
    caption="Generic: query, form or JSON",
    hint=Markup(
        "POST, as a form or as JSON. An open alert with the same <code>dedup</code> is counted, not raised again."
    ),
    paths=("/api/v2/generic/incoming", "/v1/api/alerts"),
    read=one_message(parse),
    answer=answer,
    snippets=snippets,
)
