"""What sends a formatted webhook to an integration key, ready to copy."""

import json
import shlex
from collections.abc import Mapping, Sequence

from tocsin.ingest.message_format import Snippet


def snippets(url: str) -> Sequence[Snippet]:
    """Raise and close."""
    raised = {"alert_uid": "shop/http", "title": "The shop is slow", "state": "alerting", "message": "9 s"}
    return [
        Snippet("raise", "Raise an alert", _curl(url, raised)),
        Snippet("close", "Close it when all is well again", _curl(url, {"alert_uid": "shop/http", "state": "ok"})),
    ]


def _curl(url: str, body: Mapping[str, str]) -> str:
    return f"curl -H 'Content-Type: application/json' \\\n  -d '{json.dumps(body)}' \\\n  {shlex.quote(url)}"
