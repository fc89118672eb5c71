"""What makes senders that speak to Opsgenie speak to Tocsin, ready to copy."""

from collections.abc import Sequence

from tocsin.ingest.address import KeyAddress, split_address
from tocsin.ingest.message_format import Snippet


def snippets(url: str) -> Sequence[Snippet]:
    """The settings of senders, with the address and the key in them."""
    address = split_address(url, "/v2/alerts")
    return [
        Snippet("api-key", "The key alone, for whatever asks for an Opsgenie API key", address.token),
        Snippet("curl-create", "Raise an alert", _curl(address)),
        Snippet("curl-close", "Close it when all is well again", _curl_close(address)),
        Snippet("alertmanager", "Prometheus Alertmanager", _alertmanager(address)),
        Snippet("grafana", "Grafana, as a file of contact points", _grafana(address)),
        Snippet("python-opsgenie", "Python, with the package opsgenie-sdk", _python(address)),
    ]


def _curl(address: KeyAddress) -> str:
    body = '{"message": "Orders wait long", "alias": "orders/queue", "priority": "P2"}'
    return f"{_as_sender(address)} \\\n  -d '{body}' '{address.plain}'"


def _curl_close(address: KeyAddress) -> str:
    return f"{_as_sender(address)} \\\n  -d '{{}}' '{address.plain}/orders%2Fqueue/close?identifierType=alias'"


def _as_sender(address: KeyAddress) -> str:
    return f"curl -H 'Authorization: GenieKey {address.token}' -H 'Content-Type: application/json'"


def _alertmanager(address: KeyAddress) -> str:
    return (
        "receivers:\n"
        "  - name: tocsin\n"
        "    opsgenie_configs:\n"
        f"      - api_url: {address.base}/\n"
        f"        api_key: {address.token}\n"
        "        priority: '{{ or .CommonLabels.severity \"P1\" }}'"
    )


def _grafana(address: KeyAddress) -> str:
    return (
        "apiVersion: 1\n"
        "contactPoints:\n"
        "  - name: Tocsin\n"
        "    receivers:\n"
        "      - uid: tocsin\n"
        "        type: opsgenie\n"
        "        settings:\n"
        f"          apiKey: {address.token}\n"
        f"          apiUrl: {address.plain}"
    )


def _python(address: KeyAddress) -> str:
    return (
        "import opsgenie_sdk\n\n"
        "settings = opsgenie_sdk.Configuration()\n"
        f"settings.host = {address.base!r}\n"
        f"settings.api_key['Authorization'] = {address.token!r}\n"
        "alerts = opsgenie_sdk.AlertApi(opsgenie_sdk.ApiClient(settings))\n"
        "alerts.create_alert(opsgenie_sdk.CreateAlertPayload(message='Orders wait long', alias='orders/queue'))"
    )
