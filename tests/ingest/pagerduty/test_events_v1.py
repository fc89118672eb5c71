"""Version 1 of the Events API: ``/generic/2010-04-15/create_event.json``."""

from typing import Any

import httpx
from tests.ingest.conftest import Sender

PATH = "/generic/2010-04-15/create_event.json"

# The example of PagerDuty's reference.
EXAMPLE: dict[str, Any] = {
    "incident_key": "srv01/HTTP",
    "event_type": "trigger",
    "description": "FAILURE for production/HTTP on machine srv01.example.com",
    "client": "Sample Monitoring Service",
    "client_url": "https://monitoring.example.com",
    "details": {"ping time": "1500ms", "load avg": 0.75},
    "contexts": [
        {"type": "link", "href": "http://example.com"},
        {"type": "image", "src": "https://charts.example.com/1.png", "text": "a chart"},
    ],
}


async def send(sender: Sender, **event: Any) -> httpx.Response:
    return await sender.post(PATH, json={"service_key": sender.token} | event)


async def test_the_example_of_the_reference_raises_an_alert(sender: Sender) -> None:
    answer = await send(sender, **EXAMPLE)
    assert answer.status_code == 200
    assert answer.json() == {"status": "success", "message": "Event processed", "incident_key": "srv01/HTTP"}
    alert = await sender.alert()
    assert (alert["summary"], alert["details"]) == (EXAMPLE["description"], "ping time: 1500ms\nload avg: 0.75")
    assert await sender.links() == [
        {"kind": "link", "href": "http://example.com", "text": ""},
        {"kind": "image", "href": "https://charts.example.com/1.png", "text": "a chart"},
        {"kind": "source", "href": "https://monitoring.example.com", "text": "Sample Monitoring Service"},
    ]


async def test_acknowledge_and_resolve_find_the_alert_by_its_key(sender: Sender) -> None:
    await send(sender, **EXAMPLE)
    for action, status in (("acknowledge", "acknowledged"), ("resolve", "closed")):
        answer = await send(sender, event_type=action, incident_key="srv01/HTTP")
        assert (answer.status_code, answer.json()["incident_key"]) == (200, "srv01/HTTP")
        assert (await sender.alert())["status"] == status


async def test_errors_are_in_its_form(sender: Sender) -> None:
    answer = await send(sender, event_type="resolve")
    assert (answer.status_code, answer.json()["errors"]) == (400, ["'dedup_key' is missing or blank"])
    answer = await sender.post(PATH, json={"service_key": "", "description": "s"})
    assert (answer.status_code, answer.json()["errors"]) == (400, ["'service_key' is missing or blank"])
    assert (await sender.post(PATH, content=b"{")).json()["errors"] == ["JSON parse error"]
