"""What sends to a key of a mapped webhook, ready to copy."""

import shlex
from collections.abc import Sequence

from tocsin.ingest.message_format import Snippet

_POST = "curl -H 'Content-Type: application/json' -d"


def snippets(url: str) -> Sequence[Snippet]:
    """The address of a webhook, and a try by hand."""
    body = '{"host": "db1", "check": "disk", "state": "bad"}'
    return [
        Snippet("hook", "The URL of the sender's webhook", url),
        Snippet("try", "Try it without the sender", f"{_POST} {shlex.quote(body)} {shlex.quote(url)}"),
    ]
