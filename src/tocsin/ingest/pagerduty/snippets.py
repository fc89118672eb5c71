"""What makes senders that speak to PagerDuty speak to Tocsin, ready to copy."""

from collections.abc import Sequence

from tocsin.ingest.address import KeyAddress, split_address
from tocsin.ingest.message_format import Snippet


def snippets(url: str) -> Sequence[Snippet]:
    """The settings of senders, with the address and the key in them."""
    address = split_address(url, "/v2/enqueue")
    return [
        Snippet("routing-key", "The key alone, for whatever asks for a routing or integration key", address.token),
        Snippet("curl-event", "Raise an alert", _curl(address, "trigger")),
        Snippet("curl-resolve", "Resolve it when all is well again", _curl(address, "resolve")),
        Snippet("curl-change", "Tell of a change, such as a deployment", _curl_change(address)),
        Snippet("alertmanager", "Prometheus Alertmanager", _alertmanager(address)),
        Snippet("grafana", "Grafana, as a file of contact points", _grafana(address)),
        Snippet("python-pagerduty", "Python, with the package pagerduty", _python(address)),
    ]


def _curl(address: KeyAddress, action: str) -> str:
    payload = (
        ',\n  "payload": {"summary": "web1 does not answer", "source": "web1", "severity": "warning"}'
        if action == "trigger"
        else ""
    )
    body = f'{{"routing_key": "{address.token}", "event_action": "{action}", "dedup_key": "web1/http"{payload}}}'
    return f"curl -H 'Content-Type: application/json' -d '{body}' \\\n  '{address.plain}'"


def _curl_change(address: KeyAddress) -> str:
    body = f'{{"routing_key": "{address.token}", "payload": {{"summary": "Version 2 of the shop", "source": "ci"}}}}'
    return f"curl -H 'Content-Type: application/json' -d '{body}' \\\n  '{address.base}/v2/change/enqueue'"


def _alertmanager(address: KeyAddress) -> str:
    return (
        "receivers:\n"
        "  - name: tocsin\n"
        "    pagerduty_configs:\n"
        f"      - url: {address.plain}\n"
        f"        routing_key: {address.token}\n"
        "        severity: '{{ or .CommonLabels.severity \"critical\" }}'"
    )


def _grafana(address: KeyAddress) -> str:
    return (
        "apiVersion: 1\n"
        "contactPoints:\n"
        "  - name: Tocsin\n"
        "    receivers:\n"
        "      - uid: tocsin\n"
        "        type: pagerduty\n"
        "        settings:\n"
        f"          integrationKey: {address.token}\n"
        f"          url: {address.plain}"
    )


def _python(address: KeyAddress) -> str:
    return (
        "import pagerduty\n\n"
        f"events = pagerduty.EventsApiV2Client({address.token!r}, base_url={address.base!r})\n"
        'key = events.trigger("web1 does not answer", "web1", severity="warning")\n'
        "events.resolve(key)"
    )
