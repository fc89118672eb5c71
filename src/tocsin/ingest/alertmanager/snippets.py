"""What makes Alertmanager send to an integration key, ready to copy."""

import json
import shlex
from collections.abc import Sequence

from tocsin.ingest.message_format import Snippet


def snippets(url: str) -> Sequence[Snippet]:
    """A receiver for ``alertmanager.yml``, the same with the key in a header, and a try by hand."""
    address, _, token = url.partition("?token=")
    return [
        Snippet("receiver", "A receiver in alertmanager.yml", _receiver(url)),
        Snippet("header", "The same, with the key in a header", _header(address, token)),
        Snippet("try", "Try it without Alertmanager", _try(url)),
    ]


def _receiver(url: str) -> str:
    return (
        "route:\n  receiver: tocsin\n"
        "receivers:\n  - name: tocsin\n    webhook_configs:\n"
        f"      - url: {json.dumps(url)}\n        send_resolved: true\n"
    )


def _header(address: str, token: str) -> str:
    return (
        "receivers:\n  - name: tocsin\n    webhook_configs:\n"
        f"      - url: {json.dumps(address)}\n        send_resolved: true\n"
        "        http_config:\n          authorization:\n"
        f"            credentials: {json.dumps(token)}\n"
    )


def _try(url: str) -> str:
    alert = {
        "status": "firing",
        "labels": {"alertname": "DiskFull", "instance": "db1", "severity": "warning"},
        "annotations": {"summary": "Disk is full on db1"},
    }
    body = json.dumps({"version": "4", "groupKey": "try", "status": "firing", "alerts": [alert]})
    return f"curl -H 'Content-Type: application/json' \\\n  -d '{body}' \\\n  {shlex.quote(url)}"
