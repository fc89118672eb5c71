"""Forecasts over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import AsyncClient, Response
from tests.api.calls import UNKNOWN_ID, bearer, refusal, wrong
from tests.fixtures.factories import Factory, step

from tocsin.testing.clock import Clock

YEAR = datetime.now(UTC).year + 2
AT = f"{YEAR}-01-01T00:00:00Z"


def ok(answer: Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_service_tells_whom_it_would_page_how_and_when(api: AsyncClient, make: Factory) -> None:
    ann, room = await make.user("Ann"), await make.channel("Room", "http://127.0.0.1:9/secret-room")
    method = await make.contact_method(ann, "http://127.0.0.1:9/secret-phone")
    rule = await make.rule(method, timedelta(minutes=2))
    service = await make.service(await make.policy(step(ann, room), name="Nights"))
    answer = await api.get(f"/api/v1/services/{service.id}/forecast", params={"at": AT})
    found = ok(answer)
    assert (found["at"], found["ends_because"]) == (AT, "exhausted")
    assert [(event["at"], event["event"], event["reason"]) for event in found["events"]] == [
        (AT, "escalated", "first_step"),
        (AT, "page", None),
        (f"{YEAR}-01-01T00:02:00Z", "page", None),
        (f"{YEAR}-01-01T00:05:00Z", "exhausted", "rounds_used_up"),
    ]
    entered, to_room, to_ann, _ = found["events"]
    assert (entered["escalation_policy"]["name"], entered["step_number"], entered["loop_count"]) == ("Nights", 0, 0)
    assert entered["until"] == f"{YEAR}-01-01T00:05:00Z"
    because = [{"target": {"type": "user", "id": str(ann.id)}, "parts": []}]
    assert entered["users"] == [{"id": str(ann.id), "name": "Ann", "reachable": True, "because": because}]
    assert to_room["channel"] == {"id": str(room.id), "name": "Room", "type": "webhook"}
    assert to_ann["user"] == {"id": str(ann.id), "name": "Ann"}
    assert to_ann["contact_method"] == {"id": str(method.id), "name": method.name, "type": "webhook"}
    assert to_ann["notification_rule_id"] == str(rule.id)
    assert "secret" not in answer.text


async def test_rotations_are_followed_and_named(api: AsyncClient, make: Factory) -> None:
    ann, ben = await make.reachable_user("Ann"), await make.reachable_user("Ben")
    rotation = await make.pool.fetchval(
        "insert into rotations (name, time_zone, type, shift_length, start_at)"
        " values ('Daily', 'Europe/Berlin', 'daily', 1, '2030-01-01T08:00Z') returning id"
    )
    await make.pool.execute(
        "insert into rotation_participants (rotation_id, position, user_id)"
        " select $1, number - 1, id from unnest($2::uuid[]) with ordinality as users (id, number)",
        rotation,
        [ann.id, ben.id],
    )
    policy = await make.policy(step(delay=timedelta(hours=24)), repeat=1)
    await make.pool.execute(
        "insert into escalation_policy_step_targets (escalation_policy_step_id, rotation_id) values ($1, $2)",
        policy.steps[0].id,
        rotation,
    )
    url = f"/api/v1/services/{(await make.service(policy)).id}/forecast"
    entered = [event for event in ok(await api.get(url, params={"at": AT}))["events"] if event["event"] == "escalated"]
    assert {event["users"][0]["name"] for event in entered} == {"Ann", "Ben"}
    assert entered[0]["users"][0]["because"] == [{"target": {"type": "rotation", "id": str(rotation)}, "parts": []}]


async def test_maintenance_holds_but_for_what_it_lets_pass(api: AsyncClient, make: Factory) -> None:
    service = await make.service(await make.policy(step(await make.reachable_user())))
    await make.pool.execute(
        "update services set maintenance_expires_at = $2, maintenance_exceptions = '{disk*}' where id = $1",
        service.id,
        datetime(YEAR, 1, 1, 1, tzinfo=UTC),
    )
    url = f"/api/v1/services/{service.id}/forecast"
    held, entered, *_ = ok(await api.get(url, params={"at": AT}))["events"]
    assert (held["event"], held["until"]) == ("held", f"{YEAR}-01-01T01:00:00Z")
    assert (entered["at"], entered["reason"]) == (f"{YEAR}-01-01T01:00:00Z", "maintenance_over")
    for passing in ({"summary": "Disk is full"}, {"dedup_key": "disk-1"}):
        first, *_ = ok(await api.get(url, params={"at": AT} | passing))["events"]
        assert (first["event"], first["at"]) == ("escalated", AT)


async def test_a_time_that_has_passed_is_refused_but_for_a_slow_clock(
    api: AsyncClient, make: Factory, clock: Clock
) -> None:
    now = await clock.now()
    url = f"/api/v1/services/{(await make.service()).id}/forecast"
    past, slow = ((now - timedelta(seconds=seconds)).isoformat() for seconds in (90, 5))
    assert wrong(await api.get(url, params={"at": past})) == ["at"]
    assert wrong(await api.get(url, params={"at": "yesterday"})) == ["at"]
    for params in ({}, {"at": slow}):
        found = ok(await api.get(url, params=params))
        assert datetime.fromisoformat(found["at"]).astimezone(UTC) == now
        assert found["ends_because"] == "no_steps"


async def test_a_time_too_far_ahead_is_refused(api: AsyncClient, make: Factory) -> None:
    rotation = await make.rotation(await make.user(), await make.user(), kind="hourly")
    service = await make.service(await make.policy(step(rotation)))
    refused = await api.get(f"/api/v1/services/{service.id}/forecast", params={"at": "9998-01-01T00:00:00Z"})
    assert wrong(refused) == ["at"]
    assert refused.json()["errors"][0]["message"] == "must be at most 3660 days ahead"


async def test_an_alert_goes_on_from_where_it_stands(api: AsyncClient, make: Factory, clock: Clock) -> None:
    service = await make.service(await make.policy(step(await make.reachable_user("Ann"))))
    alert = await make.alert(service)
    url = f"/api/v1/alerts/{alert}"
    events = ok(await api.get(f"{url}/forecast"))["events"]
    assert [event["event"] for event in events] == ["escalated", "page", "exhausted"]
    now = await clock.now()
    await make.pool.execute(
        "update alerts set status = 'acknowledged', acknowledged_until = $2 where id = $1",
        alert,
        now + timedelta(minutes=9),
    )
    events = ok(await api.get(f"{url}/forecast"))["events"]
    assert [event["event"] for event in events] == ["reopened", "escalated", "page", "exhausted"]
    assert datetime.fromisoformat(events[0]["at"]) == now + timedelta(minutes=9)
    await api.post(f"{url}/close")
    assert ok(await api.get(f"{url}/forecast")) | {"at": None} == {"at": None, "ends_because": "closed", "events": []}


async def test_everybody_signed_in_may_ask_about_what_exists(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    service = await make.service()
    assert refusal(await api.get(f"/api/v1/services/{UNKNOWN_ID}/forecast"), 404) == "no such service"
    assert refusal(await api.get("/api/v1/alerts/1/forecast"), 404) == "no such alert"
    url = f"/api/v1/services/{service.id}/forecast"
    assert (await anonymous.get(url)).status_code == 401
    token = await make.token(await make.user(), scope="read")
    assert (await anonymous.get(url, headers=bearer(token))).status_code == 200
