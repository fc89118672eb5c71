"""``POST /doorbell``: a JSON list of ``{"door": …, "state": "rung" | "answered"}``."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from tocsin.domain.dedup_key import user_key
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.message_format import Message, MessageFormat, MessageResult, RawRequest, Snippet, Submission
from tocsin.store.alerts.alerts import NewAlert


def read(raw: RawRequest) -> Submission:
    secret = parse_qs(raw.query.decode()).get("token", [None])[0]
    try:
        return Submission(secret, [_message(item) for item in json.loads(raw.body)])
    except ValueError:
        return Submission(secret, InvalidInput(FieldError("body", "is not valid JSON")))


def answer(_raw: RawRequest, results: Sequence[MessageResult]) -> Response:
    return JSONResponse({"heard": [result.alert_id for result in results]}, status_code=202)


def snippets(url: str) -> Sequence[Snippet]:
    return [Snippet("ring", "Ring", f"""curl -d '[{{"door": "front", "state": "rung"}}]' '{url}'""")]


def _message(item: dict[str, Any]) -> Message:
    door = str(item["door"])
    alert = NewAlert(summary=f"Somebody is at the {door} door", dedup_key=user_key(door))
    return Message("close" if item["state"] == "answered" else "trigger", alert)


DOORBELL = MessageFormat(
    key_type="doorbell",
    caption="Doorbell",
    hint=Markup("POST, as JSON."),
    paths=("/doorbell",),
    read=read,
    answer=answer,
    snippets=snippets,
)
