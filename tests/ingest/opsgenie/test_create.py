"""``POST /v2/alerts``: what requests make of alerts, and what is answered."""

import json
from datetime import datetime
from typing import Any

import pytest
from tests.fixtures.factories import Factory
from tests.ingest.opsgenie.conftest import URL, OpsgenieSender

# The example of Opsgenie's reference.
EXAMPLE: dict[str, Any] = {
    "message": "An example alert message",
    "alias": "Life is too short for no alias",
    "description": "Every alert needs a description",
    "responders": [{"id": "4513b7ea-3b91-438f-b7e4-e3e54af9147c", "type": "team"}],
    "visibleTo": [{"username": "trinity@example.com", "type": "user"}],
    "actions": ["Restart", "AnExampleAction"],
    "tags": ["OverwriteQuietHours", "Critical"],
    "details": {"key1": "value1", "runbook_url": "https://wiki.example.com/1"},
    "entity": "An example entity",
    "source": "https://monitoring.example.com/",
    "priority": "P1",
    "user": "trinity",
    "note": "from the example",
}


async def test_the_example_of_the_reference_raises_an_alert_with_all_that_it_says(sender: OpsgenieSender) -> None:
    outcome = await sender.done("POST", json=EXAMPLE)
    alert = await sender.alert()
    assert (alert["summary"], alert["severity"]) == (EXAMPLE["message"], "critical")
    assert alert["details"] == (
        "Every alert needs a description\n\nkey1: value1\nrunbook_url: https://wiki.example.com/1"
    )
    assert alert["labels"] == {
        "entity": "An example entity",
        "source": "https://monitoring.example.com/",
        "tags": "OverwriteQuietHours, Critical",
        "severity": "P1",
        "key1": "value1",
        "runbook_url": "https://wiki.example.com/1",
    }
    assert await sender.links() == [
        {"kind": "runbook", "href": "https://wiki.example.com/1", "text": ""},
        {"kind": "source", "href": "https://monitoring.example.com/", "text": ""},
    ]
    (_, created), (event, note) = await sender.logged(alert["id"])
    assert (event, note["text"]) == ("noted", "trinity: from the example")
    notes = " ".join(created["mended"])
    for name in ("responders: not used, for the service's escalation policy", "visibleTo: not", "actions: not"):
        assert name in notes
    assert datetime.fromisoformat(outcome.pop("processedAt")).tzinfo is not None
    assert outcome.pop("integrationId")
    assert outcome == {
        "success": True,
        "isSuccess": True,
        "action": "Create",
        "status": "Create: done",
        "alertId": str(alert["id"]),
        "alias": EXAMPLE["alias"],
    }


async def test_an_alias_that_is_open_is_counted_and_none_makes_an_alert_of_its_own(sender: OpsgenieSender) -> None:
    for body in ({"message": "a", "alias": "k"}, {"message": "a", "alias": "k"}, {"message": "a"}, {"message": "a"}):
        await sender.done("POST", json=body)
    assert await sender.pool.fetch("select count from alerts order by id") == [(2,), (1,), (1,)]


@pytest.mark.parametrize(
    ("priority", "severity"),
    [("P1", "critical"), ("P2", "error"), ("P3", "warning"), ("P4", "info"), ("P5", "info"), (None, "warning")],
)
async def test_priorities_are_severities(sender: OpsgenieSender, priority: str | None, severity: str) -> None:
    await sender.done("POST", json={"message": "a", "priority": priority})
    assert (await sender.alert())["severity"] == severity


async def test_errors_are_in_its_form(sender: OpsgenieSender, make: Factory) -> None:
    answer = await sender.ask("POST", json={"priority": "P1"})
    assert answer.status_code == 422
    body = answer.json()
    assert body["message"] == "Request body is not processable. Please check the errors."
    assert body["errors"] == {"message": "Message can not be empty."}
    assert set(body) == {"message", "errors", "took", "requestId"}
    assert (await sender.ask("POST", content=b"{")).status_code == 400
    for headers, status in (({}, 401), ({"Authorization": "GenieKey x"}, 401)):
        answer = await sender.post(URL, json=EXAMPLE, headers=headers)
        assert (answer.status_code, set(answer.json())) == (status, {"message", "took", "requestId"})
    generic = {"Authorization": f"GenieKey {await make.integration_key(sender.service)}"}
    assert (await sender.post(URL, json=EXAMPLE, headers=generic)).status_code == 403
    assert (await sender.ask("POST", content=json.dumps({"message": "x" * 300_000}))).status_code == 413
    assert await sender.nothing_came_in()


async def test_while_the_database_is_away_a_sender_is_told_to_come_again(sender: OpsgenieSender) -> None:
    await sender.pool.close()
    for method in ("POST", "GET"):
        answer = await sender.ask(method, json=EXAMPLE)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2"), method
