"""What makes Grafana send to an integration key, ready to copy."""

import json
import shlex
from collections.abc import Sequence

from tocsin.ingest.message_format import Snippet


def snippets(url: str) -> Sequence[Snippet]:
    """A contact point as a file of Grafana's provisioning, and a try by hand."""
    return [
        Snippet("contact-point", "A contact point, in provisioning/alerting/tocsin.yaml", _contact_point(url)),
        Snippet("try", "Try it without Grafana", _try(url)),
    ]


def _contact_point(url: str) -> str:
    return (
        "apiVersion: 1\ncontactPoints:\n  - orgId: 1\n    name: Tocsin\n    receivers:\n"
        "      - uid: tocsin\n        type: webhook\n        settings:\n"
        f"          url: {json.dumps(url)}\n          httpMethod: POST\n"
    )


def _try(url: str) -> str:
    alert = {
        "status": "firing",
        "labels": {"alertname": "Disk is full", "severity": "warning"},
        "annotations": {"summary": "Disk is full on db1"},
        "panelURL": "https://grafana.example.org/d/abc?viewPanel=2",
    }
    body = json.dumps({"version": "1", "groupKey": "try", "status": "firing", "alerts": [alert]})
    return f"curl -H 'Content-Type: application/json' \\\n  -d '{body}' \\\n  {shlex.quote(url)}"
