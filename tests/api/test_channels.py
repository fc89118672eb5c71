"""Channels over HTTP."""

import pytest
from httpx import AsyncClient
from tests.api.calls import bearer, created, refusal, wrong
from tests.fixtures.factories import Factory, step

ROOM = {"name": "Room", "type": "webhook", "address": "https://chat.example.org/hooks/a"}


async def test_a_channel_is_created_shown_changed_and_deleted(api: AsyncClient) -> None:
    channel = created(await api.post("/api/v1/channels", json=ROOM))
    assert len(str(channel.pop("secret"))) > 30
    assert channel == ROOM | {"id": channel["id"], "team_id": None, "created_at": channel["created_at"]}
    url = f"/api/v1/channels/{channel['id']}"
    assert (await api.get(url)).json() == channel
    changed = await api.patch(url, json={"address": "https://chat.example.org/hooks/b"})
    assert changed.json() == channel | {"address": "https://chat.example.org/hooks/b"}
    assert (await api.delete(url)).status_code == 204
    assert refusal(await api.get(url), 404) == "no such channel"


async def test_only_a_webhook_has_a_signing_secret(api: AsyncClient) -> None:
    mail = await api.post("/api/v1/channels", json={"name": "Mail", "type": "email", "address": "ops@example.org"})
    assert mail.json()["secret"] is None


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("webhook", "ftp://example.org"),
        ("webhook", "x"),
        ("email", "no mail"),
        ("apprise", "nothing://x"),
        ("apprise", "fcm://project/device?keyfile=/etc/passwd"),
    ],
)
async def test_an_address_must_fit_its_type(api: AsyncClient, kind: str, address: str) -> None:
    assert wrong(await api.post("/api/v1/channels", json=ROOM | {"type": kind, "address": address})) == ["address"]


async def test_a_changed_address_must_fit_the_type_it_has(api: AsyncClient, make: Factory) -> None:
    channel = await make.channel()
    assert wrong(await api.patch(f"/api/v1/channels/{channel.id}", json={"address": "ops@example.org"})) == ["address"]


async def test_a_wrong_address_is_not_quoted_with_its_credentials(api: AsyncClient) -> None:
    refused = await api.post("/api/v1/channels", json=ROOM | {"address": "ftp://ann:s3cret@example.org/?key=s3cret"})
    assert wrong(refused) == ["address"]
    assert "s3cret" not in refused.text


async def test_the_type_cannot_change(api: AsyncClient, make: Factory) -> None:
    channel = await make.channel()
    assert wrong(await api.patch(f"/api/v1/channels/{channel.id}", json={"type": "email"})) == ["type"]


async def test_a_name_belongs_to_one_channel(api: AsyncClient, make: Factory) -> None:
    await make.channel("room")
    assert wrong(await api.post("/api/v1/channels", json=ROOM), 409) == ["name"]


async def test_the_address_is_shown_to_the_team_and_administrators_only(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    team = await make.team(ann=(ann, "member"))
    channel = await make.channel(team_id=team.id)
    url = f"/api/v1/channels/{channel.id}"
    assert (await api.get(url)).json()["address"] == channel.address
    assert (await anonymous.get(url, headers=bearer(await make.token(ann)))).json()["address"] == channel.address
    stranger = bearer(await make.token(ben))
    assert (await anonymous.get(url, headers=stranger)).json()["address"] == "***"
    assert (await anonymous.get("/api/v1/channels", headers=stranger)).json()["items"][0]["address"] == "***"


async def test_a_channel_that_a_policy_notifies_is_not_deleted(api: AsyncClient, make: Factory) -> None:
    channel = await make.channel()
    policy = await make.policy(step(channel))
    answer = await api.delete(f"/api/v1/channels/{channel.id}")
    assert refusal(answer, 409) == f"used by {policy.name}: take it out there first"
    assert len((await api.get(f"/api/v1/escalation-policies/{policy.id}")).json()["steps"][0]["targets"]) == 1
