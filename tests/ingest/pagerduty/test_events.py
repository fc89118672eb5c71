"""``/v2/enqueue``: what events do to alerts, and what is answered."""

import json
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers
from tests.api.calls import UNKNOWN_ID
from tests.fixtures.factories import Factory
from tests.ingest.conftest import Sender

from tocsin.errors import TooManyRequests
from tocsin.ingest.message_format import RawRequest
from tocsin.ingest.pagerduty.format import refuse

PATH = "/v2/enqueue"

# The example of PagerDuty's reference.
EXAMPLE: dict[str, Any] = {
    "payload": {
        "summary": "DISK at 99% on machine prod-datapipe03.example.com",
        "timestamp": "2015-07-17T08:42:58.315+0000",
        "severity": "critical",
        "source": "prod-datapipe03.example.com",
        "component": "mysql",
        "group": "prod-datapipe",
        "class": "disk",
        "custom_details": {"free space": "1%", "ping time": "1500ms", "load avg": 0.75},
    },
    "dedup_key": "srv01/mysql",
    "event_action": "trigger",
    "client": "Sample Monitoring Service",
    "client_url": "https://monitoring.example.com",
    "links": [{"href": "http://wiki.example.com", "text": "Runbook"}],
    "images": [{"src": "https://charts.example.com/1.png", "href": "https://example.com", "alt": "a chart"}],
}


async def send(sender: Sender, **event: Any) -> httpx.Response:
    return await sender.post(PATH, json={"routing_key": sender.token} | event)


async def test_the_example_of_the_reference_raises_an_alert_with_all_that_it_says(sender: Sender) -> None:
    answer = await send(sender, **EXAMPLE)
    assert answer.status_code == 202
    assert answer.json() == {"status": "success", "message": "Event processed", "dedup_key": "srv01/mysql"}
    alert = await sender.alert()
    assert (alert["summary"], alert["severity"], alert["service_id"]) == (
        EXAMPLE["payload"]["summary"],
        "critical",
        sender.service.id,
    )
    assert alert["details"] == "free space: 1%\nping time: 1500ms\nload avg: 0.75"
    assert alert["labels"] == {
        "source": "prod-datapipe03.example.com",
        "component": "mysql",
        "group": "prod-datapipe",
        "class": "disk",
        "free space": "1%",
        "ping time": "1500ms",
        "load avg": "0.75",
    }
    assert await sender.links() == [
        {"kind": "runbook", "href": "http://wiki.example.com", "text": "Runbook"},
        {"kind": "image", "href": "https://charts.example.com/1.png", "text": "a chart"},
        {"kind": "link", "href": "https://example.com", "text": "a chart"},
        {"kind": "source", "href": "https://monitoring.example.com", "text": "Sample Monitoring Service"},
    ]
    assert await sender.logged(alert["id"]) == [("created", {"count": 1})]


async def test_an_event_without_a_key_raises_an_alert_of_its_own_whose_key_is_told(sender: Sender) -> None:
    event = {"event_action": "trigger", "payload": {"summary": "s", "source": "a", "severity": "error"}}
    keys = [(await send(sender, **event)).json()["dedup_key"] for _ in range(2)]
    assert keys[0] != keys[1]
    assert (await send(sender, event_action="resolve", dedup_key=keys[0])).json()["dedup_key"] == keys[0]
    assert await sender.pool.fetch("select status from alerts order by id") == [("closed",), ("triggered",)]


async def test_a_trigger_with_the_key_of_an_open_alert_is_counted_and_after_a_resolve_raises_anew(
    sender: Sender,
) -> None:
    for action in ("trigger", "trigger", "acknowledge", "trigger", "resolve", "trigger"):
        assert (await send(sender, **EXAMPLE | {"event_action": action})).status_code == 202
    rows = await sender.pool.fetch("select status, count from alerts order by id")
    assert rows == [("closed", 3), ("triggered", 1)]


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
async def test_what_is_about_no_open_alert_is_accepted_and_dropped(sender: Sender, action: str) -> None:
    answer = await send(sender, event_action=action, dedup_key="k")
    assert (answer.status_code, answer.json()["dedup_key"]) == (202, "k")
    assert await sender.nothing_came_in()


async def test_a_key_reaches_no_alert_of_another_service(sender: Sender, make: Factory) -> None:
    await send(sender, **EXAMPLE)
    other = await make.integration_key(await make.service(), key_type="pagerduty")
    for action in ("acknowledge", "resolve"):
        answer = await send(sender, routing_key=other, event_action=action, dedup_key="srv01/mysql")
        assert answer.status_code == 202
    assert (await sender.alert())["status"] == "triggered"


@pytest.mark.parametrize(
    ("event", "errors"),
    [
        ({"routing_key": "abc"}, ["Length of 'routing_key' is incorrect (should be 32 characters)"]),
        ({"routing_key": None}, ["'routing_key' is missing or blank"]),
        ({"routing_key": UNKNOWN_ID.replace("-", "")}, ["'routing_key' is unknown or revoked"]),
        ({"event_action": "resolve", "dedup_key": ""}, ["'dedup_key' is missing or blank"]),
        ({"payload": {}, "dedup_key": ""}, ["'payload.summary' is missing or blank"]),
    ],
)
async def test_what_names_nothing_is_an_invalid_event(sender: Sender, event: dict[str, Any], errors: list[str]) -> None:
    answer = await send(sender, **EXAMPLE | event)
    assert answer.status_code == 400
    assert answer.json() == {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
    assert await sender.nothing_came_in()


async def test_a_key_of_another_type_is_an_invalid_event(sender: Sender, make: Factory) -> None:
    other = await make.integration_key(sender.service)
    answer = await send(sender, **EXAMPLE | {"routing_key": other})
    assert (answer.status_code, answer.json()["errors"]) == (400, ["'routing_key' is a key of another type"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"routing_key=1", b"\xff\xfe{", b'{"a":' * 80_000])
async def test_what_is_no_json_object_is_unrecognized(sender: Sender, body: bytes) -> None:
    answer = await sender.post(PATH, content=body)
    assert answer.status_code == 400
    assert answer.json() == {
        "status": "Unrecognized object",
        "message": "Event object format is unrecognized",
        "errors": ["JSON parse error"],
    }


@pytest.mark.parametrize(
    ("payload", "summary", "severity"),
    [
        ({"summary": "s", "severity": "CRIT", "source": 7}, "s", "critical"),
        ({"source": "db1", "severity": None}, "db1", "critical"),
        ({"custom_details": "first\nsecond", "severity": "Warning"}, "first", "warning"),
        ({"custom_details": ["a", {"b": [1, None]}]}, "- a", "critical"),
        ("only text", "only text", "critical"),
        ({"summary": ["s"], "severity": 3}, '["s"]', "critical"),
    ],
)
async def test_other_forms_are_mended_and_noted(sender: Sender, payload: object, summary: str, severity: str) -> None:
    answer = await send(sender, event_action="Trigger", dedup_key="k", payload=payload, links={"href": "x"}, images=1)
    assert answer.status_code == 202, answer.text
    alert = await sender.alert()
    assert (alert["summary"], alert["severity"]) == (summary, severity)
    ((_, meta),) = await sender.logged(alert["id"])
    assert "links: an address must be an address that starts with http:// or https://" in str(meta["mended"])


async def test_an_event_that_says_no_action_is_a_trigger(sender: Sender) -> None:
    assert (await send(sender, payload={"summary": "s"})).status_code == 202
    alert = await sender.alert()
    assert (await sender.logged(alert["id"]))[0][1]["mended"] == ["event_action: is missing, trigger taken"]


async def test_a_body_has_up_to_512_kilobytes(sender: Sender) -> None:
    event = EXAMPLE | {"routing_key": sender.token, "payload": {"summary": "s", "custom_details": ""}}
    room = 512 * 1024 - len(json.dumps(event).encode())
    event["payload"]["custom_details"] = "x" * room
    assert (await sender.post(PATH, content=json.dumps(event))).status_code == 202
    answer = await sender.post(PATH, content=json.dumps(event) + " ")
    assert answer.status_code == 413
    assert answer.json() == {
        "status": "invalid event",
        "message": "Event object is too large",
        "errors": ["the body may have at most 524288 bytes"],
    }


async def test_while_the_database_is_away_a_sender_is_told_to_come_again(sender: Sender) -> None:
    await sender.pool.close()
    answer = await send(sender, **EXAMPLE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["status"] == "unavailable"


@pytest.mark.parametrize(("path", "status"), [(PATH, 429), ("/generic/2010-04-15/create_event.json", 403)])
def test_too_many_events_are_refused_in_the_form_of_the_version(path: str, status: int) -> None:
    answer = refuse(RawRequest(b"", Headers(), b"", path), TooManyRequests("too many", 2.5))
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "3")
    assert json.loads(bytes(answer.body))["status"] == "throttle exceeded"
