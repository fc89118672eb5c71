"""Notes on an alert, under a thumb."""

from playwright.async_api import Page, expect
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints
from tests.web.browser.scene import Scene


async def test_a_note_begun_outlives_what_happens_meanwhile(phone: Page, open_page: Opener, scene: Scene) -> None:
    other = await open_page(scene.ben)
    await phone.goto(f"/alerts/{scene.number}")
    await other.goto(f"/alerts/{scene.number}")
    field = phone.get_by_label("Note")
    await field.fill("pool is full\n  restarted it")
    await field.blur()
    await other.get_by_label("Note").fill("on my way")
    await other.get_by_role("button", name="Add note").click()
    await expect(phone.get_by_text("on my way")).to_be_visible()
    await expect(field).to_have_value("pool is full\n  restarted it")
    await phone.get_by_role("button", name="Add note").tap()
    await expect(other.get_by_text("pool is full")).to_be_visible()
    await expect(other.get_by_text("Noted by Ann Archer.")).to_be_visible()
    await expect(field).to_have_value("")
    await no_complaints(phone)
