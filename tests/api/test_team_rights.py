"""Whose objects one may change: those of one's teams, and shared ones as a member of any. Everybody reads all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import AsyncClient
from tests.api.calls import bearer, refusal
from tests.fixtures.factories import Factory


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that a team can own: its path, and what makes one."""

    path: str
    body: Mapping[str, Any]


CHANNEL = Kind("/api/v1/channels", {"type": "webhook", "address": "https://example.org/room"})
POLICY = Kind("/api/v1/escalation-policies", {})
SERVICE = Kind("/api/v1/services", {})
ROTATION = Kind("/api/v1/rotations", {"time_zone": "UTC", "type": "daily", "start_at": "2030-01-07T08:00:00Z"})
SCHEDULE = Kind("/api/v1/schedules", {"time_zone": "UTC"})
KINDS = pytest.mark.parametrize(
    "kind", [CHANNEL, POLICY, SERVICE, ROTATION, SCHEDULE], ids=lambda kind: kind.path.rsplit("/", 1)[1]
)


async def seed(api: AsyncClient, make: Factory, kind: Kind, team_id: object, name: str = "theirs") -> str:
    """The address of a new object of the team's."""
    body = {"name": name, "team_id": str(team_id) if team_id else None, **kind.body}
    if kind is SERVICE:
        body["escalation_policy_id"] = str((await make.policy()).id)
    answer = await api.post(kind.path, json=body)
    assert answer.status_code == 201, answer.text
    return f"{kind.path}/{answer.json()['id']}"


@KINDS
async def test_members_edit_their_teams_objects_and_no_other_teams(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, kind: Kind
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    team, other = await make.team(ann=(ann, "member")), await make.team(ben=(ben, "manager"))
    url = await seed(api, make, kind, team.id)
    member, stranger = bearer(await make.token(ann)), bearer(await make.token(ben))
    for headers in (member, stranger):
        assert (await anonymous.get(url, headers=headers)).status_code == 200
    refusal(await anonymous.patch(url, json={"name": "mine"}, headers=stranger), 403)
    refusal(await anonymous.delete(url, headers=stranger), 403)
    refusal(await anonymous.patch(url, json={"team_id": str(other.id)}, headers=stranger), 403)
    refusal(await anonymous.patch(url, json={"team_id": str(other.id)}, headers=member), 403)
    assert (await anonymous.patch(url, json={"name": "ours"}, headers=member)).json()["name"] == "ours"
    assert (await anonymous.delete(url, headers=member)).status_code == 204


@KINDS
async def test_nobody_makes_objects_for_a_team_they_are_not_in(
    anonymous: AsyncClient, make: Factory, kind: Kind
) -> None:
    ann = await make.user("Ann")
    team = await make.team()
    body = {"name": "x", "team_id": str(team.id), **kind.body}
    if kind is SERVICE:
        body["escalation_policy_id"] = str((await make.policy()).id)
    refusal(await anonymous.post(kind.path, json=body, headers=bearer(await make.token(ann))), 403)


@KINDS
async def test_what_is_of_no_team_is_changed_by_members_of_any_team(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, kind: Kind
) -> None:
    url = await seed(api, make, kind, None)
    ann, ben = await make.user("Ann"), await make.user("Ben")
    await make.team(ann=(ann, "member"))
    member, stranger = bearer(await make.token(ann)), bearer(await make.token(ben))
    refusal(await anonymous.patch(url, json={"name": "mine"}, headers=stranger), 403)
    assert (await anonymous.patch(url, json={"name": "ours"}, headers=member)).status_code == 200


@KINDS
async def test_a_team_that_does_not_exist_is_named(api: AsyncClient, make: Factory, kind: Kind) -> None:
    url = await seed(api, make, kind, None)
    answer = await api.patch(url, json={"team_id": "00000000-0000-4000-8000-000000000000"})
    assert [error["field"] for error in answer.json()["errors"]] == ["team_id"]


async def test_only_members_act_on_the_alerts_of_their_teams_services(anonymous: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    team = await make.team(ann=(ann, "member"))
    service = await make.service(team_id=team.id)
    alert_id = await make.alert(service)
    member, stranger = bearer(await make.token(ann)), bearer(await make.token(ben))
    url = f"/api/v1/alerts/{alert_id}"
    assert (await anonymous.get(url, headers=stranger)).status_code == 200
    for action in ("acknowledge", "close", "escalate"):
        refusal(await anonymous.post(f"{url}/{action}", headers=stranger), 403)
    refusal(await anonymous.post(f"{url}/snooze", json={"seconds": 60}, headers=stranger), 403)
    body = {"service_id": str(service.id), "summary": "x"}
    refusal(await anonymous.post("/api/v1/alerts", json=body, headers=stranger), 403)
    assert (await anonymous.post("/api/v1/alerts", json=body, headers=member)).status_code == 201
    assert (await anonymous.post(f"{url}/acknowledge", headers=member)).json()["status"] == "acknowledged"


async def test_only_members_change_the_keys_of_their_teams_services(anonymous: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    team = await make.team(ann=(ann, "member"))
    service = await make.service(team_id=team.id)
    url = f"/api/v1/services/{service.id}/integration-keys"
    member, stranger = bearer(await make.token(ann)), bearer(await make.token(ben))
    refusal(await anonymous.post(url, json={"name": "mine"}, headers=stranger), 403)
    made = await anonymous.post(url, json={"name": "ours"}, headers=member)
    assert made.status_code == 201
    refusal(await anonymous.delete(f"{url}/{made.json()['id']}", headers=stranger), 403)
    assert (await anonymous.get(url, headers=stranger)).json()["items"][0]["name"] == "ours"


@pytest.mark.parametrize("part", ["overrides", "temporary-schedules"])
async def test_only_members_change_what_belongs_to_their_teams_schedules(
    anonymous: AsyncClient, make: Factory, part: str
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    team = await make.team(ann=(ann, "member"))
    url = f"/api/v1/schedules/{(await make.schedule(team_id=team.id)).id}/{part}"
    member, stranger = bearer(await make.token(ann)), bearer(await make.token(ben))
    body = {"start_at": "2099-01-01T00:00:00Z", "end_at": "2099-01-02T00:00:00Z"}
    body |= {"add_user_id": str(ben.id)} if part == "overrides" else {}
    refusal(await anonymous.post(url, json=body, headers=stranger), 403)
    made = await anonymous.post(url, json=body, headers=member)
    assert made.status_code == 201
    one = f"{url}/{made.json()['id']}"
    refusal(await anonymous.patch(one, json={}, headers=stranger), 403)
    refusal(await anonymous.delete(one, headers=stranger), 403)
    assert (await anonymous.get(one, headers=stranger)).status_code == 200
    assert (await anonymous.delete(one, headers=member)).status_code == 204


async def test_leaving_a_team_ends_its_rights_at_once(anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    team = await make.team(ann=(ann, "member"))
    channel = await make.channel(team_id=team.id)
    headers, url = bearer(await make.token(ann)), f"/api/v1/channels/{channel.id}"
    assert (await anonymous.patch(url, json={"name": "a"}, headers=headers)).status_code == 200
    await make.pool.execute("delete from team_members")
    refusal(await anonymous.patch(url, json={"name": "b"}, headers=headers), 403)
