"""Teams over HTTP: who is in them and who may change that."""

from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, bearer, created, refusal, wrong
from tests.fixtures.factories import Factory


async def test_a_team_is_created_changed_and_deleted(api: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    members = [{"user_id": str(ann.id), "role": "manager"}]
    team = created(await api.post("/api/v1/teams", json={"name": " Payments ", "members": members}))
    assert (team["name"], team["members"]) == ("Payments", members)
    url = f"/api/v1/teams/{team['id']}"
    renamed = (await api.patch(url, json={"name": "Billing"})).json()
    assert renamed == team | {"name": "Billing"}
    members = [{"user_id": str(ben.id), "role": "member"}]
    assert (await api.patch(url, json={"members": members})).json()["members"] == members
    assert (await api.delete(url)).status_code == 204
    assert refusal(await api.get(url), 404) == "no such team"


async def test_members_must_be_users_and_each_only_once(api: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    twice = [{"user_id": str(ann.id)}, {"user_id": str(ann.id)}]
    assert wrong(await api.post("/api/v1/teams", json={"name": "A", "members": twice})) == ["members.1.user_id"]
    nobody = [{"user_id": str(ann.id)}, {"user_id": UNKNOWN_ID}]
    assert wrong(await api.post("/api/v1/teams", json={"name": "A", "members": nobody})) == ["members.1.user_id"]
    assert (await api.get("/api/v1/teams")).json()["items"] == []


async def test_a_name_belongs_to_one_team_whatever_its_case(api: AsyncClient, make: Factory) -> None:
    await make.team("Payments")
    assert wrong(await api.post("/api/v1/teams", json={"name": "PAYMENTS"}), 409) == ["name"]


async def test_only_managers_and_administrators_change_who_is_in_a_team(anonymous: AsyncClient, make: Factory) -> None:
    ann, ben, cid = await make.user("Ann"), await make.user("Ben"), await make.user("Cid")
    team = await make.team(ann=(ann, "manager"), ben=(ben, "member"))
    url, members = f"/api/v1/teams/{team.id}", [{"user_id": str(ann.id), "role": "manager"}]
    for user in (ben, cid):
        refused = await anonymous.patch(url, json={"members": members}, headers=bearer(await make.token(user)))
        assert "managers" in refusal(refused, 403)
    changed = await anonymous.patch(url, json={"members": members}, headers=bearer(await make.token(ann)))
    assert changed.json()["members"] == members


async def test_only_administrators_make_and_remove_teams(anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    team = await make.team(ann=(ann, "manager"))
    headers = bearer(await make.token(ann))
    refusal(await anonymous.post("/api/v1/teams", json={"name": "New"}, headers=headers), 403)
    refusal(await anonymous.delete(f"/api/v1/teams/{team.id}", headers=headers), 403)
    assert (await anonymous.get(f"/api/v1/teams/{team.id}", headers=headers)).status_code == 200
