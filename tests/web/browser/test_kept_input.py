"""A session that ends while somebody types takes nothing of what they have typed."""

from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.scene import Scene
from tests.web.conftest import PASSWORD

from tocsin.store.actor import acting
from tocsin.store.people import users
from tocsin.store.people.passwords import hash_password
from tocsin.store.people.users import User


async def end_sessions(make: Factory, user: User) -> None:
    """Theirs and everybody's; they have a password to sign in again."""
    await make.pool.execute("delete from sessions")
    async with acting(make.pool, TESTER) as connection:
        await users.set_password(connection, user.id, await hash_password(PASSWORD))


async def sign_in(form: Page | Locator, user: User) -> None:
    await form.get_by_label("Email").fill(user.email)
    await form.get_by_label("Password").fill(PASSWORD)
    await form.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("java_script", [True, False])
async def test_a_form_is_saved_with_a_sign_in_on_its_way(
    open_page: Opener, scene: Scene, make: Factory, *, java_script: bool
) -> None:
    page = await open_page(scene.ann, java_script=java_script)
    await page.goto(f"/services/{scene.checkout.id}/edit")
    await page.get_by_label("Name").fill("Shop <checkout>")
    await page.get_by_label("Alerts that pass a maintenance").fill("*security*\n*fire*")
    await end_sessions(make, scene.ann)
    open_page.forgive("401")
    await page.get_by_role("button", name="Save").click()
    await sign_in(page, scene.ann)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Shop <checkout>")
    row = await make.pool.fetchrow("select name, maintenance_exceptions from services where id = $1", scene.checkout.id)
    assert (row["name"], row["maintenance_exceptions"]) == ("Shop <checkout>", ["*security*", "*fire*"])


async def test_a_preview_asks_for_a_sign_in_over_the_form(open_page: Opener, scene: Scene, make: Factory) -> None:
    page = await open_page(scene.ann)
    await page.goto(f"/schedules/{await make.pool.fetchval('select id from schedules')}/overrides/new")
    # Nobody is on call by a rule: who it would be a year from now depends on the day of the test.
    await page.get_by_label("Instead of").select_option("")
    await make.pool.execute("delete from schedule_rules")
    await end_sessions(make, scene.ann)
    open_page.forgive("401")
    await page.get_by_label("From", exact=True).fill("2027-10-31T01:00")
    await page.get_by_label("Until", exact=True).fill("2027-10-31T04:00")
    await page.get_by_label("On call").select_option(label="Cid Castor")
    await sign_in(page.get_by_role("dialog"), scene.ann)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#difference")).to_contain_text("Cid Castor")
    await expect(page.get_by_label("From", exact=True)).to_have_value("2027-10-31T01:00")
    await page.get_by_role("button", name="Save override").click()
    await expect(page.get_by_text("The override is saved.")).to_be_visible()
    length = await make.pool.fetchval("select end_at - start_at from schedule_overrides")
    assert length == timedelta(hours=4), "clocks go back on the way"
