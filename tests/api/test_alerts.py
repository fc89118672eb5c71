"""Alerts over HTTP: raised, found, acted upon."""

from typing import Any

import pytest
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, created, refusal, wrong
from tests.fixtures.factories import Factory, step

from tocsin.store.services.services import Service

URL = "/api/v1/alerts"


async def raised(api: AsyncClient, service: Service, **fields: Any) -> dict[str, Any]:
    answer = await api.post(URL, json={"service_id": str(service.id), "summary": "disk is full"} | fields)
    assert answer.status_code in (200, 201), answer.text
    alert: dict[str, Any] = answer.json()
    return alert


async def test_an_alert_is_raised_and_shown(api: AsyncClient, make: Factory) -> None:
    team = await make.team()
    service = await make.service(await make.policy(step(await make.user())), team_id=team.id)
    body = {
        "service_id": str(service.id),
        "summary": "disk is full",
        "details": "97 %\nof /var",
        "severity": "warning",
        "labels": {"host": "db1"},
        "links": [{"kind": "runbook", "href": "https://wiki.example.org/disk", "text": "Disk is full"}],
        "dedup_key": "db1/disk",
    }
    alert = created(await api.post(URL, json=body))
    assert (await api.get(f"{URL}/{alert['id']}")).json() == alert
    assert {name: alert[name] for name in body} == body
    assert (alert["status"], alert["count"], alert["team_id"]) == ("triggered", 1, str(team.id))
    assert alert["service_name"] == service.name
    assert alert["escalation"]["state"] == "new"  # type: ignore[index]


async def test_a_duplicate_is_counted_into_the_open_alert(api: AsyncClient, make: Factory) -> None:
    service = await make.service()
    first = await raised(api, service, dedup_key="k", severity="warning", details="old")
    again = await api.post(
        URL, json={"service_id": str(service.id), "summary": "other", "dedup_key": "k", "details": "new"}
    )
    assert again.status_code == 200
    assert again.headers["location"] == f"{URL}/{first['id']}"
    alert = again.json()
    assert (alert["id"], alert["count"]) == (first["id"], 2)
    assert (alert["summary"], alert["details"], alert["severity"]) == ("disk is full", "new", "critical")
    await api.post(f"{URL}/{first['id']}/close")
    assert (await raised(api, service, dedup_key="k"))["id"] != first["id"]


async def test_wrong_fields_are_named(api: AsyncClient, make: Factory) -> None:
    service = await make.service()
    body = {"service_id": str(service.id), "summary": "", "severity": "bad", "labels": {"a": 1}, "dedup_key": ""}
    body["links"] = [{"href": "javascript:alert(1)"}]
    wanted = ["summary", "severity", "labels.a", "links.0.href", "dedup_key"]
    assert wrong(await api.post(URL, json=body)) == wanted
    assert wrong(await api.post(URL, json={"service_id": UNKNOWN_ID, "summary": "x"})) == ["service_id"]
    too_long = {"service_id": str(service.id), "summary": "x" * 1025}
    assert wrong(await api.post(URL, json=too_long)) == ["summary"]


async def test_filters_narrow_the_list_and_work_together(api: AsyncClient, make: Factory) -> None:
    team = await make.team()
    ours, other = await make.service(team_id=team.id), await make.service()
    disk = (await raised(api, ours, labels={"host": "db1", "rack": "4"}))["id"]
    load = (await raised(api, ours, summary="load is 100%", labels={"host": "db2"}))["id"]
    lamp = (await raised(api, other, summary="lamp", details="in the DISK room_1"))["id"]
    await api.post(f"{URL}/{load}/acknowledge")
    await api.post(f"{URL}/{lamp}/close")

    async def found(**parameters: Any) -> list[int]:
        return [alert["id"] for alert in (await api.get(URL, params=parameters)).json()["items"]]

    assert await found() == [lamp, load, disk]
    assert await found(status="triggered") == [disk]
    assert await found(status=["triggered", "closed"]) == [lamp, disk]
    assert await found(service_id=str(ours.id)) == [load, disk]
    assert await found(escalation_policy_id=str(other.escalation_policy_id)) == [lamp]
    assert await found(team_id=str(team.id)) == [load, disk]
    assert await found(label="host=db1") == [disk]
    assert await found(label="host") == [load, disk]
    assert await found(label=["host", "rack=4"]) == [disk]
    assert await found(label="host=") == []
    assert await found(q="disk") == [lamp, disk]
    assert await found(q="100%") == [load]
    assert await found(q="m_1") == [lamp]
    assert await found(q="\\") == []
    assert await found(q="disk", status="closed") == [lamp]
    assert await found(service_id=UNKNOWN_ID) == []


@pytest.mark.parametrize("parameters", [{"status": "open"}, {"service_id": "x"}, {"label": "a\0"}, {"q": "x" * 256}])
async def test_a_wrong_filter_is_named(api: AsyncClient, parameters: dict[str, str]) -> None:
    (field,) = wrong(await api.get(URL, params=parameters))
    assert field.split(".")[0] in parameters


async def test_acknowledging_and_closing_say_what_the_alert_is_then(api: AsyncClient, make: Factory) -> None:
    url = f"{URL}/{await make.alert(await make.service())}"
    acknowledged = (await api.post(f"{url}/acknowledge")).json()
    assert (acknowledged["status"], acknowledged["escalation"]["state"]) == ("acknowledged", "acknowledged")
    assert acknowledged["acknowledged_at"] is not None
    assert (await api.post(f"{url}/acknowledge")).status_code == 200
    closed = (await api.post(f"{url}/close")).json()
    assert (closed["status"], closed["escalation"]["state"]) == ("closed", "closed")
    assert closed["escalation"]["version"] is None
    assert (await api.post(f"{url}/close")).json() == closed
    assert refusal(await api.post(f"{url}/acknowledge"), 409) == "the alert is closed"
    assert refusal(await api.post(f"{url}/escalate"), 409) == "the alert is closed"


async def test_snoozing_acknowledges_until_a_time(api: AsyncClient, make: Factory) -> None:
    url = f"{URL}/{await make.alert(await make.service())}"
    snoozed = (await api.post(f"{url}/snooze", json={"until": "2099-01-01T02:00:00+02:00"})).json()
    assert (snoozed["status"], snoozed["acknowledged_until"]) == ("acknowledged", "2099-01-01T00:00:00Z")
    assert snoozed["escalation"]["next_escalation_at"] == "2099-01-01T00:00:00Z"
    again = (await api.post(f"{url}/snooze", json={"seconds": 60})).json()
    assert again["acknowledged_at"] == snoozed["acknowledged_at"]
    assert again["acknowledged_until"] < snoozed["acknowledged_until"]
    entry = (await api.get(f"{url}/timeline")).json()["items"][0]
    assert (entry["event"], entry["actor"]["name"]) == ("snoozed", "tests")
    assert entry["meta"] == {"until": "2099-01-01T00:00:00+00:00"}
    closed = (await api.post(f"{url}/close")).json()
    assert closed["acknowledged_until"] is None
    assert refusal(await api.post(f"{url}/snooze", json={"seconds": 60}), 409) == "the alert is closed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "until"),
        ({"until": "2099-01-01T00:00:00Z", "seconds": 60}, "until"),
        ({"until": "2001-01-01T00:00:00Z"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": "60"}, "seconds"),
        ({"minutes": 1}, "minutes"),
    ],
)
async def test_a_wrong_time_to_snooze_is_named(
    api: AsyncClient, make: Factory, body: dict[str, object], field: str
) -> None:
    url = f"{URL}/{await make.alert(await make.service())}"
    assert wrong(await api.post(f"{url}/snooze", json=body)) == [field]
    assert (await api.get(url)).json()["status"] == "triggered"


async def test_an_alert_is_escalated_to_a_chosen_step(api: AsyncClient, make: Factory) -> None:
    policy = await make.policy(*[step(await make.user()) for _ in range(3)])
    url = f"{URL}/{await make.alert(await make.service(policy))}"
    wanted = "select force_step_id from escalation_policy_state"
    for number in (2, 1):
        assert (await api.post(f"{url}/escalate", json={"step_number": number})).status_code == 200
        assert await make.pool.fetchval(wanted) == policy.steps[number].id
    assert (await api.post(f"{url}/escalate")).status_code == 200
    assert await make.pool.fetchval(wanted) == policy.steps[1].id
    for number in (3, -1, 1.5):
        assert wrong(await api.post(f"{url}/escalate", json={"step_number": number})) == ["step_number"]
    entries = (await api.get(f"{url}/timeline")).json()["items"]
    assert [entry["meta"] for entry in entries] == [{"step_number": 2}, {"step_number": 1}]


async def test_escalating_acts_only_on_what_the_caller_saw(api: AsyncClient, make: Factory) -> None:
    service = await make.service(await make.policy(step(await make.user())))
    url = f"{URL}/{await make.alert(service)}"
    seen = (await api.get(url)).json()["escalation"]["version"]
    await api.post(f"{url}/acknowledge")
    stale = await api.post(f"{url}/escalate", json={"version": seen})
    assert ("moved on" in refusal(stale, 409), wrong(stale, 409)) == (True, ["version"])
    now = (await api.get(url)).json()["escalation"]["version"]
    escalated = await api.post(f"{url}/escalate", json={"version": now})
    assert (escalated.status_code, escalated.json()["status"]) == (200, "triggered")
    assert (await api.post(f"{url}/escalate", json={"version": None})).status_code == 200
    assert wrong(await api.post(f"{url}/escalate", json={"version": -1})) == ["version"]


async def test_escalating_is_refused_with_the_reason(api: AsyncClient, make: Factory) -> None:
    service = await make.service()
    url = f"{URL}/{await make.alert(service)}"
    assert "has no steps" in refusal(await api.post(f"{url}/escalate"), 409)
    service = await make.service(await make.policy(step(await make.user())))
    url = f"{URL}/{await make.alert(service)}"
    await api.patch(f"/api/v1/services/{service.id}", json={"maintenance_expires_at": "2099-01-01T00:00:00Z"})
    assert "maintenance until 2099-01-01" in refusal(await api.post(f"{url}/escalate"), 409)


async def test_an_alert_says_until_when_a_maintenance_holds_it(api: AsyncClient, make: Factory) -> None:
    service = await make.service(await make.policy(step(await make.user())))
    number = await make.alert(service)
    until = "2099-01-01T00:00:00Z"
    held = {"maintenance_expires_at": until}
    for change, expected in ((held, until), ({"maintenance_exceptions": ["*"]}, None), ({}, None)):
        await api.patch(f"/api/v1/services/{service.id}", json=change)
        assert (await api.get(f"{URL}/{number}")).json()["escalation"]["held_until"] == expected
        [listed] = (await api.get(URL)).json()["items"]
        assert listed["escalation"]["held_until"] == expected
    await api.patch(f"/api/v1/services/{service.id}", json={"maintenance_exceptions": []})
    await api.post(f"{URL}/{number}/acknowledge")
    assert (await api.get(f"{URL}/{number}")).json()["escalation"]["held_until"] is None


async def test_the_timeline_tells_who_did_what(api: AsyncClient, make: Factory) -> None:
    alert = await raised(api, await make.service())
    await raised(api, await make.service(), summary="another")
    await api.post(f"{URL}/{alert['id']}/acknowledge")
    await api.post(f"{URL}/{alert['id']}/close")
    entries = (await api.get(f"{URL}/{alert['id']}/timeline")).json()["items"]
    assert [entry["event"] for entry in entries] == ["created", "acknowledged", "closed"]
    assert {entry["actor"]["name"] for entry in entries} == {"tests"}
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)


@pytest.mark.parametrize("path", ["", "/timeline"])
async def test_an_unknown_alert_is_not_found(api: AsyncClient, path: str) -> None:
    assert refusal(await api.get(f"{URL}/4711{path}"), 404) == "no such alert"
    for number in (0, -1, 2**63, "x"):
        assert wrong(await api.get(f"{URL}/{number}{path}")) == ["alert_id"]


async def test_nobody_acts_on_an_alert_that_is_not_there(api: AsyncClient) -> None:
    for action in ("acknowledge", "close", "escalate"):
        refusal(await api.post(f"{URL}/4711/{action}"), 404)
    refusal(await api.post(f"{URL}/4711/snooze", json={"seconds": 1}), 404)
