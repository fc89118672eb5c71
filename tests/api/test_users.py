"""Users over HTTP."""

import asyncio
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from httpx import AsyncClient
from tests.api.calls import bearer, refusal, wrong
from tests.fixtures.factories import Factory

from tocsin.store.actor import Role, Scope

ANN = {"name": "Ann Lee", "email": "ann@example.org"}


async def test_a_user_is_created_shown_and_deleted(api: AsyncClient) -> None:
    created = await api.post("/api/v1/users", json=ANN)
    assert created.status_code == 201, created.text
    user = created.json()
    assert user == {"id": user["id"], "role": "user", "created_at": user["created_at"], **ANN}
    assert user["created_at"].endswith("Z")
    assert created.headers["location"] == f"/api/v1/users/{user['id']}"
    assert (await api.get(created.headers["location"])).json() == user
    assert (await api.delete(created.headers["location"])).status_code == 204
    gone = await api.get(created.headers["location"])
    assert (gone.status_code, gone.headers["content-type"]) == (404, "application/problem+json")
    assert gone.json()["detail"] == "no such user"


async def test_a_patch_changes_only_what_it_names(api: AsyncClient) -> None:
    user = (await api.post("/api/v1/users", json=ANN | {"role": "admin"})).json()
    changed = await api.patch(f"/api/v1/users/{user['id']}", json={"name": "Ann Miller"})
    assert changed.json() == user | {"name": "Ann Miller"}
    assert (await api.patch(f"/api/v1/users/{user['id']}", json={})).json() == user | {"name": "Ann Miller"}


async def test_a_field_that_must_have_a_value_cannot_be_made_null(api: AsyncClient) -> None:
    user = (await api.post("/api/v1/users", json=ANN)).json()
    refused = await api.patch(f"/api/v1/users/{user['id']}", json={"name": None, "role": None})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["name", "role"]


async def test_an_email_belongs_to_one_user_whatever_its_case(api: AsyncClient) -> None:
    await api.post("/api/v1/users", json=ANN)
    refused = await api.post("/api/v1/users", json={"name": "Other", "email": "ANN@example.org"})
    assert refused.status_code == 409
    assert refused.json()["errors"] == [{"field": "email", "message": "is already used by another user"}]


async def test_a_password_is_never_returned(api: AsyncClient) -> None:
    created = await api.post("/api/v1/users", json=ANN | {"password": "correct horse"})
    assert created.status_code == 201
    assert "horse" not in created.text
    assert "password" not in created.json()


async def test_a_short_password_is_refused_without_quoting_it(api: AsyncClient) -> None:
    refused = await api.post("/api/v1/users", json=ANN | {"password": "s3cret"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "password"
    assert "s3cret" not in refused.text


async def test_an_ordinary_user_changes_their_own_name_but_not_their_role(
    anonymous: AsyncClient, make: Factory
) -> None:
    ann = await make.user("Ann")
    headers = {"Authorization": f"Bearer {await make.token(ann)}"}
    url = f"/api/v1/users/{ann.id}"
    assert (await anonymous.patch(url, json={"name": "Anna"}, headers=headers)).json()["name"] == "Anna"
    assert (await anonymous.patch(url, json={"role": "user"}, headers=headers)).status_code == 200
    assert (await anonymous.patch(url, json={"role": "admin"}, headers=headers)).status_code == 403


async def test_an_ordinary_user_cannot_change_somebody_else(anonymous: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    headers = {"Authorization": f"Bearer {await make.token(ann)}"}
    refused = await anonymous.patch(f"/api/v1/users/{ben.id}", json={"name": "X"}, headers=headers)
    assert refused.status_code == 403


async def test_a_write_token_of_an_administrator_cannot_take_over_the_administrator(
    anonymous: AsyncClient, make: Factory
) -> None:
    ann = await make.user("Ann", role="admin")
    headers = {"Authorization": f"Bearer {await make.token(ann, role='admin', scope='write')}"}
    url = f"/api/v1/users/{ann.id}"
    for change in ({"password": "new password"}, {"email": "other@example.org"}):
        assert (await anonymous.patch(url, json=change, headers=headers)).status_code == 403
    assert (await anonymous.patch(url, json={"name": "Anna"}, headers=headers)).status_code == 200


async def test_the_last_administrator_stays(api: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann", role="admin")
    assert (await api.delete(f"/api/v1/users/{ann.id}")).status_code == 409
    assert (await api.patch(f"/api/v1/users/{ann.id}", json={"role": "user"})).status_code == 409
    await make.user("Ben", role="admin")
    assert (await api.delete(f"/api/v1/users/{ann.id}")).status_code == 204


async def test_me_is_the_user_of_the_token(api: AsyncClient, anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    headers = {"Authorization": f"Bearer {await make.token(ann)}"}
    assert (await anonymous.get("/api/v1/users/me", headers=headers)).json()["id"] == str(ann.id)
    assert (await api.get("/api/v1/users/me")).status_code == 404


async def test_a_search_finds_part_of_name_or_email_as_it_stands(api: AsyncClient, make: Factory) -> None:
    await make.user("Ann")
    await make.user("Ben")
    found = await api.get("/api/v1/users", params={"q": "AN"})
    assert [user["name"] for user in found.json()["items"]] == ["Ann"]
    assert (await api.get("/api/v1/users", params={"q": "%"})).json()["items"] == []


@pytest.mark.parametrize("password", ["nine char", "qwertyuiop"])
async def test_a_short_or_common_password_is_refused_wherever_one_is_set(
    api: AsyncClient, make: Factory, password: str
) -> None:
    ann = await make.user("Ann")
    for refused in (
        await api.post("/api/v1/users", json={"name": "B", "email": "b@example.org", "password": password}),
        await api.patch(f"/api/v1/users/{ann.id}", json={"password": password}),
    ):
        assert wrong(refused) == ["password"]
        assert password not in refused.text


async def test_a_password_is_one_whichever_way_its_letters_are_spelt(
    api: AsyncClient, anonymous: AsyncClient, make: Factory
) -> None:
    ann = {"name": "Ann", "email": "ann@example.org", "password": "U\u0308berla\u0308ngen"}
    user = (await api.post("/api/v1/users", json=ann)).json()
    for spelling in (ann["password"], "\xdcberl\xe4ngen"):
        signed_in = await anonymous.post("/api/v1/session", json={"email": ann["email"], "password": spelling})
        assert signed_in.status_code == 200, signed_in.text
    unnormalized = PasswordHasher().hash(ann["password"])  # as an older version has stored it
    await make.pool.execute("update users set password_hash = $2 where id = $1", UUID(user["id"]), unnormalized)
    for spelling in (ann["password"], "\xdcberl\xe4ngen"):
        signed_in = await anonymous.post("/api/v1/session", json={"email": ann["email"], "password": spelling})
        assert signed_in.status_code == 200, signed_in.text


@pytest.mark.parametrize("change", [{"password": "another password"}, {"email": "other@example.org"}])
@pytest.mark.parametrize(("role", "scope"), [("user", "write"), ("admin", "admin")])
async def test_a_token_changes_its_users_sign_in_only_with_the_current_password(
    anonymous: AsyncClient, make: Factory, change: dict[str, str], role: Role, scope: Scope
) -> None:
    ann = await make.user("Ann", role=role, password="correct horse battery")
    headers, url = bearer(await make.token(ann, role=role, scope=scope)), f"/api/v1/users/{ann.id}"
    for guess in ({}, {"current_password": "a wrong password"}):
        assert wrong(await anonymous.patch(url, json=change | guess, headers=headers)) == ["current_password"]
    assert (await anonymous.patch(url, json={"email": ann.email}, headers=headers)).status_code == 200
    known = {"current_password": "correct horse battery"}
    assert (await anonymous.patch(url, json=change | known, headers=headers)).status_code == 200


@pytest.mark.parametrize("removal", [("DELETE", None), ("PATCH", {"role": "user"})])
async def test_of_two_administrators_who_remove_each_other_one_stays(
    api: AsyncClient, make: Factory, removal: tuple[str, dict[str, str] | None]
) -> None:
    both = [await make.user(name, role="admin") for name in ("Ann", "Ben")]
    method, body = removal
    answers = await asyncio.gather(*(api.request(method, f"/api/v1/users/{user.id}", json=body) for user in both))
    assert sorted(answer.is_success for answer in answers) == [False, True]
    refused = next(answer for answer in answers if not answer.is_success)
    assert "last administrator" in refusal(refused, 409)
    assert await make.pool.fetchval("select count(*) from users where role = 'admin'") == 1
