"""Signing in with a password: the session, its cookie, and what other sites cannot do with it."""

import json
from datetime import timedelta

import pytest
from httpx import AsyncClient
from tests.api.calls import refusal, wrong
from tests.fixtures.factories import Factory

from tocsin.testing.clock import Clock

URL = "/api/v1/session"
PASSWORD = "correct horse battery"
ANN = {"email": "ann@example.org", "password": PASSWORD}


@pytest.fixture
async def browser(anonymous: AsyncClient, make: Factory) -> AsyncClient:
    """A client in which Ann, an administrator, is signed in, and which says like a browser where it comes from."""
    await make.user("Ann", role="admin", password=PASSWORD)
    anonymous.headers["Origin"] = str(anonymous.base_url).rstrip("/")
    assert (await anonymous.post(URL, json=ANN)).status_code == 200
    return anonymous


async def test_signing_in_opens_a_session_that_signing_out_ends(anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann", password=PASSWORD)
    answer = await anonymous.post(URL, json=ANN | {"email": " ANN@example.org "})
    assert answer.json() == {"user_id": str(ann.id), "name": "Ann", "role": "user", "scope": "write"}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("tocsin_session=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "HttpOnly",
        "Max-Age=1209600",
        "Path=/",
        "SameSite=lax",
    }
    assert (await anonymous.get("/api/v1/users/me")).json()["id"] == str(ann.id)
    value = anonymous.cookies["tocsin_session"]
    assert (await anonymous.delete(URL, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 204
    anonymous.cookies.set("tocsin_session", value)
    refusal(await anonymous.get("/api/v1/users/me"), 401)


async def test_the_password_is_kept_as_argon2_and_the_session_as_a_hash(browser: AsyncClient, make: Factory) -> None:
    stored = await make.pool.fetchval("select password_hash from users")
    assert stored.startswith("$argon2id$")
    dump = str(await make.pool.fetch("select * from sessions")) + str(await make.pool.fetch("select * from audit_log"))
    assert browser.cookies["tocsin_session"] not in dump
    assert PASSWORD not in dump
    assert "argon2" not in str(await make.pool.fetch("select * from audit_log"))


async def test_a_wrong_password_and_an_unknown_email_are_refused_alike(anonymous: AsyncClient, make: Factory) -> None:
    await make.user("Ann", password=PASSWORD)
    await make.user("Ben")  # without a password
    for body in (
        ANN | {"password": "wrong"},
        {"email": "nobody@example.org", "password": PASSWORD},
        {"email": "ben@example.org", "password": ""},
    ):
        refused = await anonymous.post(URL, json=body)
        assert refusal(refused, 401) == "email or password is wrong"
        assert "set-cookie" not in refused.headers


async def test_wrong_fields_of_a_sign_in_are_named_without_the_password(anonymous: AsyncClient) -> None:
    refused = await anonymous.post(URL, json={"password": 12345678, "x": 1})
    assert sorted(wrong(refused)) == ["email", "password", "x"]
    assert "12345678" not in refused.text
    for escape in ("\\u0000", "\\ud800"):
        body = f'{{"email": "a{escape}", "password": "s3cret{escape}"}}'
        refused = await anonymous.post(URL, content=body, headers={"Content-Type": "application/json"})
        assert wrong(refused) == ["email", "password"]
        assert "s3cret" not in refused.text


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_of_another_site_could_send_signs_nobody_in(
    anonymous: AsyncClient, make: Factory, content_type: str
) -> None:
    await make.user("Ann", password=PASSWORD)
    refused = await anonymous.post(URL, content=json.dumps(ANN), headers={"Content-Type": content_type})
    assert wrong(refused) == ["body"]
    assert "set-cookie" not in refused.headers


async def test_too_many_attempts_are_refused_for_a_while(anonymous: AsyncClient, make: Factory) -> None:
    await make.user("Ann", password=PASSWORD)
    await make.user("Ben", password=PASSWORD)
    for _ in range(10):
        refusal(await anonymous.post(URL, json=ANN | {"password": "wrong"}), 401)
    refused = await anonymous.post(URL, json=ANN)
    assert "too many" in refusal(refused, 429)
    assert 0 < int(refused.headers["retry-after"]) <= 300
    refusal(await anonymous.post(URL, json=ANN | {"email": "ANN@example.org "}), 429)
    assert (await anonymous.post(URL, json=ANN | {"email": "ben@example.org"})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": ""},
    ],
)
async def test_another_site_changes_nothing_with_the_cookie(browser: AsyncClient, headers: dict[str, str]) -> None:
    assert "page of this Tocsin" in refusal(
        await browser.post("/api/v1/teams", json={"name": "x"}, headers=headers), 403
    )
    refusal(await browser.delete(URL, headers=headers), 403)
    refusal(await browser.post(URL, json=ANN, headers=headers), 403)
    assert (await browser.get("/api/v1/teams", headers=headers)).json()["items"] == []


async def test_the_cookie_alone_changes_nothing(browser: AsyncClient) -> None:
    del browser.headers["Origin"]
    refusal(await browser.post("/api/v1/teams", json={"name": "x"}), 403)


async def test_a_page_of_ours_may_act_with_the_cookie(browser: AsyncClient) -> None:
    assert (await browser.post("/api/v1/teams", json={"name": "x"})).status_code == 201


async def test_a_session_ends_after_its_lifetime(browser: AsyncClient, clock: Clock) -> None:
    await clock.advance(timedelta(days=14, seconds=-5))
    assert (await browser.get(URL)).status_code == 200
    await clock.advance(timedelta(seconds=5))
    refusal(await browser.get(URL), 401)


async def test_a_new_password_ends_all_sessions(browser: AsyncClient, api: AsyncClient) -> None:
    me = (await browser.get("/api/v1/users/me")).json()
    assert (await api.patch(f"/api/v1/users/{me['id']}", json={"password": "another password"})).status_code == 200
    refusal(await browser.get(URL), 401)
    refusal(await browser.post(URL, json=ANN), 401)
    assert (await browser.post(URL, json=ANN | {"password": "another password"})).status_code == 200


async def test_a_session_alone_gives_nobody_another_password(browser: AsyncClient) -> None:
    url = f"/api/v1/users/{(await browser.get('/api/v1/users/me')).json()['id']}"
    change = {"password": "another password"}
    for guess in ({}, {"current_password": "a wrong password"}):
        refused = await browser.patch(url, json=change | guess)
        assert wrong(refused) == ["current_password"]
        assert refused.json()["errors"][0]["message"] == "is not your password"
    assert (await browser.patch(url, json={"name": "Ann Lee"})).status_code == 200
    changed = await browser.patch(url, json=change | {"current_password": ANN["password"]})
    assert changed.status_code == 200, changed.text
    assert (await browser.post(URL, json=ANN | change)).status_code == 200
