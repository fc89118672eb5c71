"""A user without a team changes nothing that is shared, by no route of the API (by no form: tests/web)."""

from collections.abc import Mapping
from typing import Any

from httpx import AsyncClient
from tests.api.calls import bearer, refusal
from tests.fixtures.factories import Factory, step

from tocsin.app import create_app
from tocsin.settings import Settings

FOREVER = {"start_at": "2099-01-01T00:00:00Z", "end_at": "2099-01-02T00:00:00Z"}
ROTATION = {"name": "x", "time_zone": "UTC", "type": "daily", "start_at": "2030-01-07T08:00:00Z"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"

# A body for each route that changes something shared. {user} and {policy} stand for ids.
WRITES: Mapping[str, Mapping[str, Any]] = {
    "POST /channels": {"name": "x", "type": "webhook", "address": "https://example.org/x"},
    "PATCH /channels/{channel_id}": {"name": "x"},
    "DELETE /channels/{channel_id}": {},
    "POST /channels/{channel_id}/test-page": {},
    "POST /rotations": ROTATION,
    "PATCH /rotations/{rotation_id}": {"name": "x"},
    "DELETE /rotations/{rotation_id}": {},
    "POST /schedules": {"name": "x", "time_zone": "UTC"},
    "PATCH /schedules/{schedule_id}": {"name": "x"},
    "DELETE /schedules/{schedule_id}": {},
    "POST /schedules/{schedule_id}/overrides": {**FOREVER, "add_user_id": "{user}"},
    "PATCH /schedules/{schedule_id}/overrides/{override_id}": {},
    "DELETE /schedules/{schedule_id}/overrides/{override_id}": {},
    "POST /schedules/{schedule_id}/temporary-schedules": FOREVER,
    "PATCH /schedules/{schedule_id}/temporary-schedules/{temporary_schedule_id}": {},
    "DELETE /schedules/{schedule_id}/temporary-schedules/{temporary_schedule_id}": {},
    "PUT /schedules/{owner_id}/calendar-feed": {},
    "DELETE /schedules/{owner_id}/calendar-feed": {},
    "POST /escalation-policies": {"name": "x"},
    "PATCH /escalation-policies/{policy_id}": {"name": "x"},
    "DELETE /escalation-policies/{policy_id}": {},
    "POST /services": {"name": "x", "escalation_policy_id": "{policy}"},
    "PATCH /services/{service_id}": {"name": "x"},
    "DELETE /services/{service_id}": {},
    "POST /services/{service_id}/integration-keys": {"name": "x"},
    "PATCH /services/{service_id}/integration-keys/{key_id}": {"name": "x"},
    "DELETE /services/{service_id}/integration-keys/{key_id}": {},
    "PUT /services/{service_id}/integration-keys/{key_id}/routing-rules": {"rules": []},
    "POST /services/{service_id}/heartbeat-monitors": {"name": "x", "cron": "0 3 * * *"},
    "PATCH /services/{service_id}/heartbeat-monitors/{monitor_id}": {"name": "x"},
    "DELETE /services/{service_id}/heartbeat-monitors/{monitor_id}": {},
    "POST /services/{service_id}/heartbeat-monitors/{monitor_id}/arm": {},
    "POST /services/{service_id}/heartbeat-monitors/{monitor_id}/renew-url": {},
    "POST /services/{service_id}/maintenance-windows": FOREVER,
    "PATCH /services/{service_id}/maintenance-windows/{window_id}": {},
    "DELETE /services/{service_id}/maintenance-windows/{window_id}": {},
}

# Routes that change one's own, nothing at all, act on alerts, or are for administrators and managers only, as other
# tests say.
OTHERS = (
    "/users",
    "/teams",
    "/tokens",
    "/session",
    "/alerts",
    "/engine",
    "/favourites",
    "/services/{service_id}/favourite",
    "/services/{service_id}/integration-keys/{key_id}/discard-quarantine",
    "/services/{service_id}/integration-keys/{key_id}/quarantine",
    "/services/{service_id}/integration-keys/{key_id}/replay-quarantine",
    "/services/{service_id}/integration-keys/{key_id}/routing-rules/dry-run",
    "/services/{service_id}/integration-keys/{key_id}/try-out",
)


def changing() -> set[str]:
    """Every route of the API that may change something shared."""
    paths = create_app(Settings(), pool=None).openapi()["paths"]  # type: ignore[arg-type]
    found = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, operations in paths.items()
        if path.startswith("/api/v1/")
        for method in operations
        if method in ("post", "put", "patch", "delete")
    }
    return {each for each in found if not each.partition(" ")[2].startswith(OTHERS)}


def test_every_route_that_changes_something_is_in_the_table() -> None:
    assert changing() == set(WRITES)


async def test_a_user_without_a_team_changes_nothing_shared(anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    policy = await make.policy(step(ann))
    service = await make.service(policy)
    await make.integration_key(service)
    ids = {
        "channel_id": (await make.channel()).id,
        "rotation_id": (await make.rotation()).id,
        "schedule_id": (schedule := await make.schedule()).id,
        "owner_id": schedule.id,
        "policy_id": policy.id,
        "service_id": service.id,
        "key_id": await make.pool.fetchval("select id from integration_keys"),
    }
    headers = bearer(await make.token(ann))
    for route, body in WRITES.items():
        method, _, path = route.partition(" ")
        names = dict.fromkeys(("override_id", "temporary_schedule_id", "window_id", "monitor_id"), UNKNOWN)
        filled = {
            key: value.format(user=ann.id, policy=policy.id) if isinstance(value, str) else value
            for key, value in body.items()
        }
        answer = await anonymous.request(
            method, "/api/v1" + path.format(**names | ids), json=None if method == "DELETE" else filled, headers=headers
        )
        assert answer.status_code == 403, f"{route}: {answer.status_code} {answer.text}"
        assert "only members of a team may change what belongs to no team" in answer.text, route


async def test_a_member_of_any_team_changes_what_is_shared_and_a_manager_takes_it(
    anonymous: AsyncClient, make: Factory
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    team = await make.team(ann=(ann, "manager"), ben=(ben, "member"))
    channel = await make.channel()
    url, take = f"/api/v1/channels/{channel.id}", {"team_id": str(team.id)}
    manager, member = bearer(await make.token(ann)), bearer(await make.token(ben))
    assert (await anonymous.patch(url, json={"name": "x"}, headers=member)).status_code == 200
    assert "only managers" in refusal(await anonymous.patch(url, json=take, headers=member), 403)
    assert (await anonymous.patch(url, json=take, headers=manager)).status_code == 200


async def test_a_service_and_a_catch_all_page_by_no_policy_of_a_team_one_is_not_in(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    ann = await make.user("Ann")
    ours, theirs = await make.team(ann=(ann, "manager")), await make.team()
    foreign, own = await make.policy(team_id=theirs.id), await make.policy(team_id=ours.id)
    service, headers = await make.service(own, team_id=ours.id), bearer(await make.token(ann))
    url, policy = f"/api/v1/services/{service.id}", {"escalation_policy_id": str(foreign.id)}
    catch_all = {"catch_all_policy_id": str(foreign.id)}
    for refused in (
        await anonymous.post("/api/v1/services", json={"name": "x", "team_id": str(ours.id)} | policy, headers=headers),
        await anonymous.patch(url, json=policy, headers=headers),
        await anonymous.patch(f"/api/v1/escalation-policies/{own.id}", json=catch_all, headers=headers),
        await anonymous.post("/api/v1/escalation-policies", json={"name": "x"} | catch_all, headers=headers),
    ):
        assert "the policy belongs to another team" in refusal(refused, 403)
    assert (await api.patch(url, json=policy)).status_code == 200
    assert (await anonymous.patch(url, json={"name": "still ours"}, headers=headers)).status_code == 200
