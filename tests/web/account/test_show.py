"""The account: sign-ins, password, tokens, time zone."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import PASSWORD


async def test_the_other_sign_ins_are_shown_and_end(browser: AsyncClient, make: Factory) -> None:
    here = browser.cookies["tocsin_session"]
    form = {"sign_in_email": "ann@example.org", "sign_in_password": PASSWORD}
    await browser.post("/sign-in", data=form, headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    browser.cookies.clear()
    browser.cookies["tocsin_session"] = here
    page = (await browser.get("/account")).text
    assert page.count("this one") == 1
    assert "Firefox on Linux" in page
    await browser.post("/account/sessions/end-others")
    assert "Firefox on Linux" not in (await browser.get("/account")).text


async def test_a_password_is_changed_by_who_knows_it(browser: AsyncClient) -> None:
    wrong = await browser.post("/account/password", data={"current": "no", "password": "another one"})
    assert (wrong.status_code, "Is not your password." in wrong.text) == (422, True)
    short = await browser.post("/account/password", data={"current": PASSWORD, "password": "tinyo"})
    assert (short.status_code, "password-wrong" in short.text, "tinyo" in short.text) == (422, True, False)
    assert (await browser.post("/account/password", data={"current": PASSWORD, "password": "another one"})).is_redirect
    assert (await browser.get("/account")).status_code == 200
    form = {"sign_in_email": "ann@example.org", "sign_in_password": "another one"}
    assert (await browser.post("/sign-in", data=form)).status_code == 303


async def test_a_token_is_shown_once_and_revoked(browser: AsyncClient, make: Factory) -> None:
    answer = await browser.post("/account/tokens", data={"name": "Deploys", "scope": "read"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    made = (await browser.get("/account")).text
    secret = made.partition('<pre id="new-token" tabindex="0">')[2].partition("<")[0]
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await browser.get("/api/v1/users/me", headers=headers)).json()["name"] == "Ann"
    assert secret not in (await browser.get("/account")).text
    assert (await browser.post("/account/tokens", data={"name": "All", "scope": "admin"})).status_code == 403
    [token] = await make.pool.fetch("select id from api_tokens where name = 'Deploys'")
    await browser.post(f"/account/tokens/{token['id']}/revoke")
    assert (await browser.get("/api/v1/users/me", headers=headers)).status_code == 401


async def test_without_the_script_times_say_their_zone(browser: AsyncClient, make: Factory) -> None:
    page = f"/people/{(await make.user('Ben')).id}"
    assert '</time><span class="no-script"> UTC</span>' in (await browser.get(page)).text
    browser.cookies.set("tocsin_zone", "Asia%2FKathmandu")
    assert '</time><span class="no-script"> +0545</span>' in (await browser.get(page)).text


async def test_times_stand_in_the_chosen_zone(browser: AsyncClient) -> None:
    assert "UTC" in (await browser.get("/account")).text
    await browser.post("/account/zone", data={"zone": "Asia/Kathmandu"})
    assert "+0545" in (await browser.get("/account")).text
    await browser.post("/account/zone", data={"zone": ""})
    assert "+0545" not in (await browser.get("/account")).text
