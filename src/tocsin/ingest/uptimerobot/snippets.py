"""What makes UptimeRobot send to an integration key, ready to copy."""

import shlex
from collections.abc import Sequence

from tocsin.ingest.message_format import Snippet


def snippets(url: str) -> Sequence[Snippet]:
    """The URL to notify, and a try by hand."""
    values = "monitorID=1&monitorFriendlyName=Shop&alertType=1&alertDetails=Connection+timed+out"
    return [
        Snippet("hook", "Integrations, Webhook: URL to notify", f"{url}&"),
        Snippet("try", "Try it without UptimeRobot", f"curl {shlex.quote(f'{url}&{values}')}"),
    ]
