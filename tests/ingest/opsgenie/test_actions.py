"""Requests about an alert: what they do to it, and how it is found."""

from datetime import timedelta
from typing import Any

import pytest
from tests.fixtures.factories import Factory, step
from tests.ingest.opsgenie.conftest import OpsgenieSender

from tocsin.testing.clock import Clock

ALIAS = "db1/disk full?"
QUOTED = "db1%2Fdisk%20full%3F"
BY_ALIAS = {"identifierType": "alias"}


@pytest.fixture
async def alert_id(sender: OpsgenieSender) -> str:
    """The number of an open alert with the alias."""
    number: str = (await sender.done("POST", json={"message": "Disk is full", "alias": ALIAS}))["alertId"]
    return number


async def status(sender: OpsgenieSender) -> str:
    found: str = (await sender.alert())["status"]
    return found


@pytest.mark.parametrize("kind", ["id", "tiny", "alias"])
async def test_an_alert_is_acknowledged_and_closed(sender: OpsgenieSender, alert_id: str, kind: str) -> None:
    path = f"/{QUOTED if kind == 'alias' else alert_id}"
    for action, name, wanted in (
        ("acknowledge", "Acknowledge", "acknowledged"),
        ("unacknowledge", "UnAcknowledge", "triggered"),
        ("close", "Close", "closed"),
    ):
        outcome = await sender.done("POST", f"{path}/{action}", params={"identifierType": kind}, json={"user": "ann"})
        assert (outcome["isSuccess"], outcome["action"], outcome["alertId"]) == (True, name, alert_id)
        assert await status(sender) == wanted


async def test_to_delete_an_alert_closes_it_with_its_note(sender: OpsgenieSender, alert_id: str) -> None:
    outcome = await sender.done("DELETE", f"/{QUOTED}", params=BY_ALIAS | {"user": "ann", "note": "all is well"})
    assert (outcome["isSuccess"], outcome["action"]) == (True, "Delete")
    assert await status(sender) == "closed"
    assert ("noted", "ann: all is well") in [
        (event, meta.get("text")) for event, meta in await sender.logged(int(alert_id))
    ]


async def test_a_snoozed_alert_is_acknowledged_until_then(sender: OpsgenieSender, alert_id: str, clock: Clock) -> None:
    until = await clock.now() + timedelta(hours=1)
    outcome = await sender.done("POST", f"/{alert_id}/snooze", json={"endTime": until.isoformat()})
    assert outcome["isSuccess"]
    assert await sender.pool.fetchval("select acknowledged_until from alerts") == until
    late = await sender.done("POST", f"/{alert_id}/snooze", json={"endTime": "2001-01-01T00:00:00Z"})
    assert not late["isSuccess"]
    assert (await sender.ask("POST", f"/{alert_id}/snooze", json={})).json()["errors"] == {
        "endTime": "End time must be given as an instant in ISO 8601."
    }


async def test_notes_are_added_also_to_closed_alerts_by_their_number(sender: OpsgenieSender, alert_id: str) -> None:
    await sender.done("POST", f"/{alert_id}/close", json={})
    await sender.done("POST", f"/{alert_id}/notes", json={"note": "it was the log\0"})
    assert (await sender.logged(int(alert_id)))[-1] == ("noted", {"text": "it was the log\ufffd"})
    assert (await sender.ask("POST", f"/{alert_id}/notes", json={})).status_code == 422


async def test_to_escalate_asks_for_the_next_step(sender: OpsgenieSender, alert_id: str, make: Factory) -> None:
    body = {"escalation": {"name": "whichever"}}
    assert not (await sender.done("POST", f"/{alert_id}/escalate", json=body))["isSuccess"]  # the policy has no step
    policy = await make.policy(step(await make.reachable_user()))
    await sender.pool.execute("update services set escalation_policy_id = $1", policy.id)
    assert (await sender.done("POST", f"/{alert_id}/escalate", json=body))["isSuccess"]
    assert "escalation_requested" in [event for event, _ in await sender.logged(int(alert_id))]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "message", {"message": "other"}),
        ("PUT", "description", {"description": "new text"}),
        ("PUT", "priority", {"priority": "P1"}),
        ("POST", "tags", {"tags": ["a", "b"]}),
        ("POST", "details", {"details": {"build": "7"}}),
        ("POST", "responders", {"responder": {"type": "team", "name": "ops"}}),
        ("POST", "assign", {"owner": {"username": "ann@example.com"}}),
        ("POST", "actions/Restart", {}),
        ("DELETE", "tags", {}),
    ],
)
async def test_what_tocsin_does_not_have_is_noted(
    sender: OpsgenieSender, alert_id: str, method: str, path: str, body: dict[str, Any]
) -> None:
    request = {"json": body} if body else {}
    assert (await sender.done(method, f"/{alert_id}/{path}", **request))["isSuccess"]
    event, meta = (await sender.logged(int(alert_id)))[-1]
    assert (event, meta["text"].startswith(f"asked by Opsgenie's API for {path}:")) == ("noted", True)
    assert await status(sender) == "triggered"


async def test_what_is_about_no_alert_is_accepted_and_told_as_a_failure(sender: OpsgenieSender) -> None:
    for method, path in (("POST", "/none/close"), ("DELETE", "/4711"), ("POST", "/4711/notes")):
        outcome = await sender.done(method, path, params={"note": "n"})
        assert (outcome["isSuccess"], outcome["status"]) == (
            False,
            "Alert does not exist, or is not in a state for it",
        ), path


async def test_a_key_reaches_no_alert_of_another_service(sender: OpsgenieSender, alert_id: str, make: Factory) -> None:
    token = await make.integration_key(await make.service(), key_type="opsgenie")
    stranger = OpsgenieSender(sender.http, sender.pool, sender.service, token)
    for path in (f"/{alert_id}/close", f"/{QUOTED}/close?identifierType=alias", f"/{alert_id}/notes"):
        assert not (await stranger.done("POST", path, json={"note": "n"}))["isSuccess"]
    assert not (await stranger.done("DELETE", f"/{alert_id}"))["isSuccess"]
    assert (await stranger.ask("GET", f"/{alert_id}")).status_code == 404
    assert await status(sender) == "triggered"
    assert "noted" not in [event for event, _ in await sender.logged(int(alert_id))]


async def test_only_delete_closes_without_an_action(sender: OpsgenieSender, alert_id: str) -> None:
    for method in ("POST", "PUT", "PATCH"):
        assert (await sender.ask(method, f"/{alert_id}", json={})).status_code == 422
    assert await status(sender) == "triggered"
