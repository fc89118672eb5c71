"""Change events: kept for 90 days where people find them, and no alerts."""

from datetime import timedelta

from tests.ingest.conftest import Sender

from tocsin.store.services import changes
from tocsin.testing.clock import Clock

PATH = "/v2/change/enqueue"
PAYLOAD = {"summary": "Version 2 <b>", "source": "ci", "custom_details": {"build": 7}}


async def test_a_change_is_kept_and_raises_no_alert(sender: Sender) -> None:
    link = {"href": "https://ci.example.com/7", "text": "Build 7"}
    answer = await sender.post(PATH, json={"routing_key": sender.token, "payload": PAYLOAD, "links": [link]})
    assert answer.status_code == 202
    assert answer.json() == {"status": "success", "message": "Change event processed"}
    (change,) = await changes.newest(sender.pool, sender.service.id, 10)
    assert (change.summary, change.source, change.details) == ("Version 2 <b>", "ci", "build: 7")
    assert [item.href for item in change.links] == ["https://ci.example.com/7"]
    assert change.told_by == "Monitoring"
    assert await sender.nothing_came_in()


async def test_a_change_is_as_old_as_it_says_and_goes_after_90_days(sender: Sender, clock: Clock) -> None:
    now = await clock.now()
    for summary, at in (("old", now - timedelta(days=1)), ("to come", now + timedelta(days=1))):
        body = {"routing_key": sender.token, "payload": PAYLOAD | {"summary": summary, "timestamp": at.isoformat()}}
        assert (await sender.post(PATH, json=body)).status_code == 202
    found = await changes.newest(sender.pool, sender.service.id, 10)
    assert [(change.summary, change.changed_at) for change in found] == [
        ("to come", now),
        ("old", now - timedelta(days=1)),
    ]
    await clock.advance(timedelta(days=89, hours=1))
    assert [change.summary for change in await changes.newest(sender.pool, sender.service.id, 10)] == ["to come"]
    await sender.post(PATH, json={"routing_key": sender.token, "payload": PAYLOAD})
    assert await sender.pool.fetchval("select count(*) from service_changes") == 2


async def test_what_is_no_change_is_an_invalid_event(sender: Sender) -> None:
    answer = await sender.post(PATH, json={"routing_key": sender.token, "payload": {"source": "ci"}})
    assert (answer.status_code, answer.json()["errors"]) == (400, ["'payload.summary' is missing or blank"])
