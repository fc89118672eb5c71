"""Signing in and out by the form."""

import re
from urllib.parse import quote

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import PASSWORD


async def sign_in(client: AsyncClient, password: str = PASSWORD, wanted: str = "/", **headers: str) -> object:
    origin = {"Origin": str(client.base_url).rstrip("/")}
    form = {"sign_in_email": "ann@example.org", "sign_in_password": password, "sign_in_next": wanted}
    return await client.post("/sign-in", data=form, headers=origin | headers)


async def test_the_form_keeps_where_one_wanted_to_go(anonymous: AsyncClient) -> None:
    page = await anonymous.get("/sign-in?next=%2Falerts%2F7%22%3E")
    assert page.status_code == 200
    assert '<input type="hidden" name="sign_in_next" value="/alerts/7&#34;&gt;">' in page.text


async def test_signing_in_leads_where_one_wanted_to_go(anonymous: AsyncClient, make: Factory) -> None:
    await make.user("Ann", password=PASSWORD)
    answer = await sign_in(anonymous, wanted="/alerts/7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts/7")  # type: ignore[attr-defined]
    assert "HttpOnly" in answer.headers["set-cookie"]  # type: ignore[attr-defined]
    assert (await anonymous.get("/")).status_code == 200


FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "evil",
    "",
    "http:/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "\x01//evil.example",
    "http://[",
]


@pytest.mark.parametrize("wanted", FOREIGN)
async def test_nobody_is_sent_elsewhere(anonymous: AsyncClient, make: Factory, wanted: str) -> None:
    await make.user("Ann", password=PASSWORD)
    page = await anonymous.get(f"/sign-in?next={quote(wanted)}")
    assert '<input type="hidden" name="sign_in_next" value="/">' in page.text
    answer = await sign_in(anonymous, wanted=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")  # type: ignore[attr-defined]


async def test_a_wrong_password_keeps_the_email_and_not_the_password(anonymous: AsyncClient, make: Factory) -> None:
    await make.user("Ann", password=PASSWORD)
    page = await sign_in(anonymous, password="s3cret", wanted="/alerts/7")
    assert page.status_code == 401  # type: ignore[attr-defined]
    text = page.text  # type: ignore[attr-defined]
    assert 'value="ann@example.org"' in text
    assert 'value="/alerts/7"' in text
    field, _, after = text.partition('name="sign_in_password"')[2].partition("<button")
    assert 'aria-invalid="true" aria-describedby="sign_in_password-wrong"' in field
    assert "autofocus" in field
    assert '<span class="wrong" id="sign_in_password-wrong">Email or password is wrong.</span>' in field
    assert "wrong" not in after
    assert "s3cret" not in text
    assert not anonymous.cookies


@pytest.mark.parametrize(
    "form",
    [
        {"sign_in_email": "\0", "sign_in_password": "\0"},
        {"sign_in_email": "x" * 5000, "sign_in_password": "x" * 5000},
        {"sign_in_email": '"><script>', "sign_in_password": "x"},
    ],
)
async def test_a_form_that_cannot_be_right_is_refused_alike(anonymous: AsyncClient, form: dict[str, str]) -> None:
    page = await anonymous.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert (page.status_code, "Email or password is wrong." in page.text) == (401, True)
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({}, ["email", "password"]),
        ({"sign_in_email": "ann@example.org"}, ["password"]),
        ({"sign_in_email": "", "sign_in_password": "s3cret"}, ["email"]),
    ],
)
async def test_what_is_missing_is_said_beside_its_field(
    anonymous: AsyncClient, form: dict[str, str], missing: list[str]
) -> None:
    page = await anonymous.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 422
    assert re.findall('id="sign_in_(\\w+)-wrong"', page.text) == missing
    assert f'value="{form.get("sign_in_email", "")}"' in page.text
    assert "s3cret" not in page.text


async def test_too_many_attempts_are_refused_in_the_form(anonymous: AsyncClient, make: Factory) -> None:
    await make.user("Ann", password=PASSWORD)
    for _ in range(10):
        await sign_in(anonymous, password="wrong")
    page = await sign_in(anonymous)
    assert (page.status_code, "Too many failed sign-ins" in page.text) == (429, True)  # type: ignore[attr-defined]
    assert 'value="ann@example.org"' in page.text  # type: ignore[attr-defined]
    assert 0 < int(page.headers["retry-after"]) <= 300  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
@pytest.mark.parametrize("origin", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}])
async def test_another_site_signs_nobody_in_or_out(browser: AsyncClient, path: str, origin: dict[str, str]) -> None:
    del browser.headers["Origin"]
    form = {"sign_in_email": "ann@example.org", "sign_in_password": PASSWORD}
    refused = await browser.post(path, data=form, headers=origin | {"Accept": "text/html"})
    assert (refused.status_code, "The form must be sent from a page of this Tocsin." in refused.text) == (403, True)
    assert "set-cookie" not in refused.headers
    assert (await browser.get("/")).status_code == 200


async def test_signing_out_ends_the_session(browser: AsyncClient, make: Factory) -> None:
    value = browser.cookies["tocsin_session"]
    answer = await browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    browser.cookies.set("tocsin_session", value)
    assert (await browser.get("/")).status_code == 303
    assert await make.pool.fetchval("select count(*) from sessions") == 0


async def test_a_form_sent_after_the_session_ended_is_sent_again(browser: AsyncClient, make: Factory) -> None:
    alert_id = await make.alert(await make.service())
    await make.pool.execute("delete from sessions")
    page = await browser.post(f"/alerts/{alert_id}/close", data={"note": 'a "b"', "version": "3"})
    assert page.status_code == 401
    assert "What you typed is kept" in page.text
    assert '<input type="hidden" name="note" value="a &#34;b&#34;">' in page.text
    kept = dict(re.findall('<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    form = kept | {"sign_in_email": "ann@example.org", "sign_in_password": "wrong"}
    again = await browser.post("/sign-in", data=form)
    assert (again.status_code, 'name="note"' in again.text) == (401, True)
    answer = await browser.post("/sign-in", data=form | {"sign_in_password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (307, f"/alerts/{alert_id}/close")


async def test_nothing_is_kept_of_a_form_from_another_site(browser: AsyncClient, make: Factory) -> None:
    await make.pool.execute("delete from sessions")
    page = await browser.post("/alerts/1/close", data={"note": "evil"}, headers={"Origin": "https://evil.example"})
    assert (page.status_code, "evil" in page.text) == (403, False)


async def test_a_script_gets_the_form_alone_and_signs_in_without_leaving(browser: AsyncClient, make: Factory) -> None:
    await make.pool.execute("delete from sessions")
    asked = {"HX-Request": "true", "Accept": "text/html"}
    page = await browser.post("/alerts/1/close", headers=asked)
    assert (page.status_code, "<html" in page.text, 'name="sign_in_password"' in page.text) == (401, False, True)
    form = {"sign_in_email": "ann@example.org", "sign_in_password": PASSWORD}
    assert (await browser.post("/sign-in", data=form, headers=asked)).status_code == 204
    assert (await browser.get("/")).status_code == 200
