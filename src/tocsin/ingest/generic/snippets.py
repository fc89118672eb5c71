"""What sends alerts to an integration key, ready to copy. Every one of them runs as it stands."""

import shlex
from collections.abc import Sequence

from tocsin.ingest.message_format import Snippet


def snippets(url: str) -> Sequence[Snippet]:
    """Commands for a shell that send to the address."""
    at = shlex.quote(url)
    return [
        Snippet("curl-raise", "Raise an alert", f"curl -d 'summary=Disk is full on db1' -d 'dedup=db1/disk' {at}"),
        Snippet("curl-close", "Close it when all is well again", f"curl -d 'dedup=db1/disk' -d 'action=close' {at}"),
        Snippet("curl-json", "With everything, as JSON", _json(at)),
        Snippet("cron", "When a command fails, such as in cron", _cron(at)),
        Snippet("python", "From Python", _python(url)),
    ]


def _json(at: str) -> str:
    body = (
        '{"summary": "Disk is full on db1", "details": "92 % of /var/lib/postgresql", "severity": "warning",'
        ' "dedup": "db1/disk", "meta": {"host": "db1"}}'
    )
    return f"curl -H 'Content-Type: application/json' \\\n  -d '{body}' \\\n  {at}"


def _cron(at: str) -> str:
    return f"/usr/local/bin/backup || curl -d 'summary=The backup has failed' -d \"details=on $(hostname)\" {at}"


def _python(url: str) -> str:
    return (
        "import json, urllib.request\n\n"
        'alert = {"summary": "Disk is full on db1", "dedup": "db1/disk"}\n'
        "request = urllib.request.Request(\n"
        f"    {url!r},\n"
        "    json.dumps(alert).encode(),\n"
        '    {"Content-Type": "application/json"},\n'
        ")\n"
        "urllib.request.urlopen(request, timeout=10)"
    )
