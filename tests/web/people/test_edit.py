"""People are added, changed and deleted."""

from datetime import timedelta

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import PASSWORD

from tocsin.domain.on_call.snapshot import Target
from tocsin.store.people.passwords import verify_password
from tocsin.store.policies.policy_steps import StepSpec


async def test_administrators_add_and_delete_people(browser: AsyncClient, make: Factory) -> None:
    form = {"name": "Ben", "email": "ben@example.org", "role": "user"}
    assert (await browser.post("/people/new", data=form)).status_code == 403
    await make.pool.execute("update users set role = 'admin'")
    made = (await browser.post("/people/new", data=form, follow_redirects=True)).text
    password = made.partition('<pre id="new-password" tabindex="0">')[2].partition("<")[0]
    assert await verify_password(
        await make.pool.fetchval("select password_hash from users where name = 'Ben'"), password
    )
    assert (await browser.post("/people/new", data=form)).status_code == 409
    assert "Ben" not in (await browser.get("/people/new")).text
    ben = await make.pool.fetchval("select id from users where name = 'Ben'")
    again = (await browser.post(f"/people/{ben}/password", follow_redirects=True)).text
    assert "Ben signs in as ben@example.org with this password." in again
    await make.policy(StepSpec(delay=timedelta(minutes=5), targets=(Target("user", ben),)), name="Payments")
    refused = await browser.post(f"/people/{ben}/delete")
    assert (refused.status_code, "Is used by escalation policy &#39;Payments&#39;." in refused.text) == (409, True)
    await make.pool.execute("delete from escalation_policies")
    assert (await browser.post(f"/people/{ben}/delete")).status_code == 303


async def test_ones_own_password_is_changed_with_the_present_one_only(browser: AsyncClient, make: Factory) -> None:
    await make.pool.execute("update users set role = 'admin'")
    [(ann, before)] = await make.pool.fetch("select id, password_hash from users where name = 'Ann'")
    answer = await browser.post(f"/people/{ann}/password")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert await make.pool.fetchval("select password_hash from users where id = $1", ann) == before


async def test_another_email_of_ones_own_takes_the_present_password(browser: AsyncClient, make: Factory) -> None:
    ann = await make.pool.fetchval("select id from users where name = 'Ann'")
    form = {"name": "Ann", "email": "other@example.org"}
    refused = await browser.post(f"/people/{ann}/edit", data=form)
    assert refused.status_code == 422
    assert "Is not your password." in refused.text
    assert (await browser.post(f"/people/{ann}/edit", data=form | {"current_password": PASSWORD})).status_code == 303
    assert await make.pool.fetchval("select email from users where id = $1", ann) == "other@example.org"
