"""Search: from the field in the bar by keyboard, and as a page."""

from playwright.async_api import Page, expect
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene


async def test_the_keyboard_leads_from_anywhere_to_what_is_found(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/people")
    await desktop.keyboard.press("/")
    await desktop.keyboard.type("check")
    results = desktop.locator("#search-results a")
    await expect(results).to_have_count(3)
    await no_complaints(desktop)
    await screenshot(desktop, "search-field")
    await desktop.keyboard.press("ArrowDown")
    await desktop.keyboard.press("ArrowDown")
    await expect(results.nth(1)).to_be_focused()
    await desktop.keyboard.press("ArrowUp")
    await desktop.keyboard.press("ArrowUp")
    await expect(desktop.locator("#search-box")).to_be_focused()
    await desktop.keyboard.press("Escape")
    await expect(results).to_have_count(0)
    await desktop.locator("#search-box").fill("checko")
    await expect(results).to_have_count(3)
    await desktop.keyboard.press("ArrowDown")
    await desktop.keyboard.press("Enter")
    await desktop.wait_for_url(f"**/alerts/{scene.number}")


async def test_the_page_finds_while_one_types(phone: Page, scene: Scene) -> None:
    await phone.goto("/search")
    await no_complaints(phone)
    await phone.locator("#q").fill("pay")
    await expect(phone.get_by_role("link", name="Payments primary")).to_be_visible()
    await phone.wait_for_url("**/search?q=pay")
    await no_complaints(phone)
    await screenshot(phone, "search")


async def test_without_scripts_it_is_a_form(open_page: Opener, scene: Scene) -> None:
    page = await open_page(scene.ann, java_script=False)
    await page.goto("/")
    await page.locator("#search-box").fill("ben")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Ben Baker").click()
    await page.wait_for_url(f"**/people/{scene.ben.id}")
