"""The audit log: every change of configuration, written with it, without secrets."""

import asyncpg
import pytest
from httpx import AsyncClient
from tests.api.calls import bearer, refusal
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory, step

from tocsin.store.actor import acting
from tocsin.store.people.teams import TeamSpec
from tocsin.store.people.teams import create as create_team

ANN = {"name": "Ann", "email": "ann@example.org"}


async def entries(api: AsyncClient, **wanted: str) -> list[dict[str, object]]:
    """The log, oldest first."""
    items: list[dict[str, object]] = (await api.get("/api/v1/audit", params={"limit": 200, **wanted})).json()["items"]
    return items[::-1]


async def test_each_change_is_kept_with_what_was_before_and_after(api: AsyncClient) -> None:
    user = (await api.post("/api/v1/users", json=ANN)).json()
    await api.patch(f"/api/v1/users/{user['id']}", json={"name": "Anna"})
    await api.patch(f"/api/v1/users/{user['id']}", json={"name": "Anna"})
    await api.delete(f"/api/v1/users/{user['id']}")
    made, changed, gone = await entries(api, object_type="users", object_id=user["id"])
    assert [entry["action"] for entry in (made, changed, gone)] == ["create", "update", "delete"]
    assert made["before"] is None
    assert made["after"] == ANN | {"id": user["id"], "role": "user", "created_at": made["after"]["created_at"]}  # type: ignore[index]
    assert (changed["before"], changed["after"]) == (made["after"], made["after"] | {"name": "Anna"})  # type: ignore[operator]
    assert (gone["before"], gone["after"]) == (changed["after"], None)


async def test_the_actor_and_where_they_came_from_are_kept(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    ann = await make.user("Ann")
    headers = bearer(await make.token(ann, name="laptop"))
    await anonymous.patch(f"/api/v1/users/{ann.id}", json={"name": "Anna"}, headers=headers)
    entry = (await entries(api, object_type="users"))[-1]
    actor = entry["actor"]
    assert isinstance(actor, dict)
    assert (actor["type"], actor["name"], actor["ip"]) == ("token", "Ann (laptop)", "127.0.0.1")


async def test_whoever_works_by_sql_is_recorded_too(api: AsyncClient, make: Factory) -> None:
    team = await make.team("Payments")
    await make.pool.execute("update teams set name = 'Billing'")
    entry = (await entries(api, object_id=str(team.id)))[-1]
    assert (entry["action"], entry["actor"]["type"]) == ("update", "sql")  # type: ignore[index]


async def test_every_kind_of_configuration_is_recorded(api: AsyncClient, make: Factory) -> None:
    ann = await make.reachable_user("Ann")
    await make.team(ann=(ann, "member"))
    service = await make.service(await make.policy(step(ann, await make.channel())))
    await make.integration_key(service)
    await make.token(ann)
    kinds = {entry["object_type"] for entry in await entries(api)}
    assert kinds == {
        "users",
        "teams",
        "team_members",
        "contact_methods",
        "notification_rules",
        "api_tokens",
        "channels",
        "escalation_policies",
        "escalation_policy_steps",
        "escalation_policy_step_targets",
        "services",
        "integration_keys",
    }


async def test_no_secret_is_in_the_log(api: AsyncClient, make: Factory) -> None:
    await api.post("/api/v1/users", json=ANN | {"password": "correct horse"})
    channel = {"name": "Chat", "type": "apprise", "address": "json://ann:s3cret@example.org"}
    assert (await api.post("/api/v1/channels", json=channel)).status_code == 201
    hook = (
        await api.post("/api/v1/channels", json=channel | {"type": "webhook", "name": "x", "address": "http://h/"})
    ).json()
    token = (await api.post("/api/v1/tokens", json={"name": "a"})).json()["token"]
    key = await make.integration_key(await make.service())
    log = str(await make.pool.fetch("select actor, before, after from audit_log"))
    for secret in ("horse", "argon2", "s3cret", hook["secret"], token, key, "token_hash", "password_hash"):
        assert secret not in log


async def test_a_change_that_does_not_happen_leaves_no_entry(api: AsyncClient, make: Factory) -> None:
    await make.team("Payments")
    before = len(await entries(api))
    assert (await api.post("/api/v1/teams", json={"name": "payments"})).status_code == 409
    with pytest.raises(asyncpg.DivisionByZeroError):
        await _change_and_fail(make)
    assert len(await entries(api)) == before


async def _change_and_fail(make: Factory) -> None:
    async with acting(make.pool, TESTER) as connection:
        await create_team(connection, TeamSpec(name="New"))
        await connection.execute("select 1 / 0")


async def test_the_log_is_for_administrators(anonymous: AsyncClient, make: Factory) -> None:
    refusal(await anonymous.get("/api/v1/audit", headers=bearer(await make.token(await make.user()))), 403)


@pytest.mark.parametrize(
    ("kind", "address", "kept"),
    [
        ("email", "ann@example.org", "ann@example.org"),
        ("webhook", "http://h", "http://h"),
        ("webhook", "http://h/", "http://h/"),
        ("webhook", "https://ann:s3cret@example.org/", "https://***@example.org/"),
        ("webhook", "https://s3cret@example.org:8443/s3cret/x?token=s3cret#s3cret", "https://***@example.org:8443/***"),
        ("webhook", "https://hooks.example.org/services/T0/B0/s3cret", "https://hooks.example.org/***"),
        ("webhook", "https://example.org?token=s3cret", "https://example.org/***"),
        ("webhook", "HTTPS://ann:s3cret@s3cret@[::1]:9/x", "https://***@[::1]:9/***"),
        ("webhook", "https://münchen.example/s3cret", "https://münchen.example/***"),
        ("webhook", "https://ann:s3cret/x@example.org/", "***"),
        ("webhook", "s3cret", "***"),
        ("apprise", "json://ann:s3cret@example.org", "***"),
        ("pigeon", "s3cret", "***"),
    ],
)
async def test_an_address_is_kept_without_what_may_be_a_credential(
    make: Factory, kind: str, address: str, kept: str
) -> None:
    image = {"type": kind, "address": address, "name": "x"}
    assert await make.pool.fetchval("select audit_view($1)", image) == image | {"address": kept}


@pytest.mark.parametrize("kind", ["webhook", "apprise"])
async def test_no_credential_of_an_address_is_in_the_log_before_or_after(
    api: AsyncClient, make: Factory, kind: str
) -> None:
    scheme = "https" if kind == "webhook" else "jsons"
    old, new = (f"{scheme}://ann:s3cret{n}@example.org/s3cret/x?+t=s3cret" for n in (1, 2))
    body = {"name": "Hook", "type": kind, "address": old}
    ann = await make.user("Ann")
    for path in ("/api/v1/channels", f"/api/v1/users/{ann.id}/contact-methods"):
        made = (await api.post(path, json=body)).json()
        changed = await api.patch(f"{path}/{made['id']}", json={"address": new})
        assert changed.status_code == 200
        assert (await api.delete(f"{path}/{made['id']}")).status_code == 204
        log = await entries(api, object_id=made["id"])
        assert [entry["action"] for entry in log] == ["create", "update", "delete"]
        assert "s3cret" not in str(log)
