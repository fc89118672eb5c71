"""What sends to an integration key as Site24x7 does, ready to copy."""

import json
import shlex
from collections.abc import Sequence

from tocsin.ingest.message_format import Snippet


def snippets(url: str) -> Sequence[Snippet]:
    """The hook URL, and a try by hand."""
    body = json.dumps({"MONITORNAME": "Shop", "STATUS": "DOWN", "INCIDENT_REASON": "Connection timed out"})
    send = f"curl -H 'Content-Type: application/json' \\\n  -d '{body}' \\\n  {shlex.quote(url)}"
    return [
        Snippet("hook", "Admin, Third-Party Integration, Webhooks: Hook URL", url),
        Snippet("try", "Try it without Site24x7", send),
    ]
