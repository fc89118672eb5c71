"""Tokens: scopes, expiry, revocation, last use, and who may make which."""

import hashlib
from datetime import timedelta

import pytest
from httpx import AsyncClient
from tests.api.calls import bearer, created, refusal, wrong
from tests.fixtures.factories import Factory

from tocsin.testing.clock import Clock

URL = "/api/v1/tokens"


async def test_a_token_is_shown_once_and_kept_as_a_hash(api: AsyncClient, make: Factory) -> None:
    token = created(await api.post(URL, json={"name": "Deployments"}))
    secret = str(token.pop("token"))
    assert secret.startswith("tocsin_")
    assert (token["scope"], token["role"], token["expires_at"], token["last_used_at"]) == ("write", "user", None, None)
    assert (await api.get(f"{URL}/{token['id']}")).json() == token
    stored = await make.pool.fetchval("select token_hash from api_tokens where name = 'Deployments'")
    assert stored == hashlib.sha256(secret.encode()).digest()
    assert (await api.get("/api/v1/session", headers=bearer(secret))).json() == {
        "user_id": None,
        "name": "Deployments",
        "role": "user",
        "scope": "write",
    }


async def test_a_read_token_changes_nothing(anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann", role="admin")
    service = await make.service()
    alert_id = await make.alert(service)
    headers = bearer(await make.token(ann, scope="read", role="admin"))
    assert (await anonymous.get("/api/v1/services", headers=headers)).status_code == 200
    for method, path, body in (
        ("POST", "services", {"name": "x", "escalation_policy_id": str(service.escalation_policy_id)}),
        ("PATCH", f"services/{service.id}", {"name": "x"}),
        ("DELETE", f"services/{service.id}", None),
        ("POST", f"alerts/{alert_id}/acknowledge", None),
        ("POST", "alerts", {"service_id": str(service.id), "summary": "x"}),
        ("PATCH", f"users/{ann.id}", {"name": "x"}),
        ("POST", "users", {"name": "x", "email": "x@example.org"}),
        ("POST", "teams", {"name": "x"}),
        ("POST", "tokens", {"name": "x", "scope": "read"}),
        ("POST", "engine/parked/1/retry", None),
    ):
        refused = await anonymous.request(method, f"/api/v1/{path}", json=body, headers=headers)
        assert refused.status_code == 403, f"{method} {path}: {refused.text}"
    assert "scope is read" in refusal(await anonymous.delete(f"/api/v1/services/{service.id}", headers=headers), 403)


@pytest.mark.parametrize(("role", "scope"), [("user", "write"), ("user", "read"), ("admin", "write")])
async def test_what_administrators_may_do_needs_role_and_scope_admin(
    anonymous: AsyncClient, make: Factory, role: str, scope: str
) -> None:
    headers = bearer(await make.token(role=role, scope=scope))  # type: ignore[arg-type]
    for path in ("/api/v1/audit", "/api/v1/engine/parked"):
        refusal(await anonymous.get(path, headers=headers), 403)
    refusal(await anonymous.post("/api/v1/users", json={"name": "x", "email": "x@example.org"}, headers=headers), 403)


async def test_a_revoked_token_is_unknown_at_once(api: AsyncClient, anonymous: AsyncClient) -> None:
    token = (await api.post(URL, json={"name": "a"})).json()
    headers = bearer(token["token"])
    assert (await anonymous.get("/api/v1/users", headers=headers)).status_code == 200
    assert (await api.delete(f"{URL}/{token['id']}")).status_code == 204
    assert "revoked" in refusal(await anonymous.get("/api/v1/users", headers=headers), 401)
    refusal(await api.get(f"{URL}/{token['id']}"), 404)
    refusal(await api.delete(f"{URL}/{token['id']}"), 404)


async def test_a_token_expires_by_the_databases_clock(api: AsyncClient, anonymous: AsyncClient, clock: Clock) -> None:
    expires = (await clock.now() + timedelta(hours=1)).isoformat()
    token = (await api.post(URL, json={"name": "a", "expires_at": expires})).json()
    headers = bearer(token["token"])
    await clock.advance(timedelta(minutes=59))
    assert (await anonymous.get("/api/v1/users", headers=headers)).status_code == 200
    await clock.advance(timedelta(minutes=1))
    refusal(await anonymous.get("/api/v1/users", headers=headers), 401)


async def test_a_token_cannot_be_born_expired(api: AsyncClient) -> None:
    assert wrong(await api.post(URL, json={"name": "a", "expires_at": "2001-01-01T00:00:00Z"})) == ["expires_at"]


async def test_last_use_is_noted_about_once_a_minute(api: AsyncClient, anonymous: AsyncClient, clock: Clock) -> None:
    token = (await api.post(URL, json={"name": "a"})).json()

    async def used() -> str:
        await anonymous.get("/api/v1/users", headers=bearer(token["token"]))
        return str((await api.get(f"{URL}/{token['id']}")).json()["last_used_at"])

    first = await used()
    assert first != "None"
    await clock.advance(timedelta(seconds=30))
    assert await used() == first
    await clock.advance(timedelta(seconds=31))
    assert await used() > first


async def test_users_see_and_revoke_their_own_tokens_only(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    mine, theirs = await make.token(ann, name="mine"), await make.token(ben, name="theirs")
    listed = (await anonymous.get(URL, headers=bearer(mine))).json()["items"]
    assert [token["name"] for token in listed] == ["mine"]
    assert (await api.get(URL)).json()["items"][-1]["name"] == "theirs"
    other = next(token["id"] for token in (await api.get(URL)).json()["items"] if token["name"] == "theirs")
    for method in ("GET", "DELETE"):
        refusal(await anonymous.request(method, f"{URL}/{other}", headers=bearer(mine)), 404)
    assert (await anonymous.get("/api/v1/users", headers=bearer(theirs))).status_code == 200


async def test_nobody_makes_a_token_that_may_do_more_than_they(anonymous: AsyncClient, make: Factory) -> None:
    ann, boss = await make.user("Ann"), await make.user("Boss", role="admin")
    for headers in (
        bearer(await make.token(ann)),
        bearer(await make.token(ann, scope="admin", role="admin")),  # a user's token is never an administrator's
        bearer(await make.token(boss, scope="write", role="admin")),
    ):
        for body in ({"scope": "admin"}, {"role": "admin"}):
            refusal(await anonymous.post(URL, json={"name": "x"} | body, headers=headers), 403)
    made = await anonymous.post(URL, json={"name": "x"}, headers=bearer(await make.token(ann)))
    assert made.json()["user_id"] == str(ann.id)


async def test_a_token_goes_with_its_user(api: AsyncClient, anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    headers = bearer(await make.token(ann))
    assert (await anonymous.get("/api/v1/users/me", headers=headers)).status_code == 200
    await api.delete(f"/api/v1/users/{ann.id}")
    refusal(await anonymous.get("/api/v1/users/me", headers=headers), 401)


async def test_a_demoted_administrators_token_is_a_user_s(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    ann = await make.user("Ann", role="admin")
    await make.user("Ben", role="admin")
    headers = bearer(await make.token(ann, scope="admin", role="admin"))
    assert (await anonymous.get("/api/v1/audit", headers=headers)).status_code == 200
    await api.patch(f"/api/v1/users/{ann.id}", json={"role": "user"})
    refusal(await anonymous.get("/api/v1/audit", headers=headers), 403)


async def test_a_token_is_not_outlived_by_what_it_makes(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, clock: Clock
) -> None:
    ann, end = await make.user("Ann"), await clock.now() + timedelta(hours=1)
    own = bearer(await make.token(ann))
    short = (await anonymous.post(URL, json={"name": "short", "expires_at": end.isoformat()}, headers=own)).json()
    headers = bearer(short["token"])
    for later in ({}, {"expires_at": None}, {"expires_at": (end + timedelta(seconds=1)).isoformat()}):
        refused = await anonymous.post(URL, json={"name": "x"} | later, headers=headers)
        assert "outlives" in refusal(refused, 403)
    made = await anonymous.post(URL, json={"name": "x", "expires_at": short["expires_at"]}, headers=headers)
    assert made.status_code == 201, made.text


async def test_a_revoked_token_takes_along_what_was_made_with_it(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    ann = await make.user("Ann")
    secrets = [await make.token(ann, name="first")]
    for name in ("second", "third"):
        made = await anonymous.post(URL, json={"name": name}, headers=bearer(secrets[-1]))
        secrets.append(made.json()["token"])
    other = await make.token(ann, name="other")
    first = next(token["id"] for token in (await api.get(URL)).json()["items"] if token["name"] == "first")
    assert (await api.delete(f"{URL}/{first}")).status_code == 204
    answers = [await anonymous.get("/api/v1/users/me", headers=bearer(secret)) for secret in (*secrets, other)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 200]
