"""What all pages share: bars, search, day and night, live parts, sessions that end."""

from urllib.parse import urlsplit

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene
from tests.web.conftest import LinkMaker

from tocsin.store.people.users import User


async def test_a_slash_leads_to_the_search_field(desktop: Page) -> None:
    await desktop.goto("/")
    await desktop.keyboard.press("/")
    field = desktop.get_by_role("searchbox", name="Search")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("")


async def test_night_is_chosen_and_stays(desktop: Page) -> None:
    await desktop.emulate_media(color_scheme="light")
    await desktop.goto("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await desktop.evaluate(ground)
    await desktop.locator(".account summary").click()
    async with desktop.expect_response("**/theme"):
        await desktop.get_by_role("button", name="Dark").click()
    dark = await desktop.evaluate(ground)
    assert dark != light
    await desktop.reload()
    assert await desktop.evaluate(ground) == dark
    await no_complaints(desktop)


async def test_what_changes_shows_without_a_reload(desktop: Page, make: Factory) -> None:
    await desktop.goto("/")
    await desktop.locator("html[data-streaming]").wait_for()
    await desktop.evaluate("window.notReloaded = true")
    number = await make.alert(await make.service(name="Checkout"), "The disk is full")
    await make.pool.execute("insert into alert_logs (alert_id, event) values ($1, 'created')", number)
    await desktop.get_by_role("link", name="The disk is full").wait_for(timeout=3000)
    assert await desktop.evaluate("window.notReloaded")


async def test_scripts_off_one_still_reads_signs_in_and_acts(open_page: Opener, make: Factory, ann: User) -> None:
    number = await make.alert(await make.service(name="Checkout"), "The disk is full")
    page = await open_page(ann, "phone", java_script=False)
    await page.goto("/")
    await page.get_by_role("link", name="The disk is full").click()
    await page.get_by_role("button", name="Acknowledge").click()
    await page.wait_for_url(f"**/alerts/{number}")
    assert await make.pool.fetchval("select status from alerts") == "acknowledged"


async def test_the_sign_in_leads_on_and_can_be_used_by_everybody(open_page: Opener) -> None:
    page = await open_page(device="phone")
    await page.goto("/alerts")
    await expect(page.get_by_label("Email")).to_be_focused()
    await no_complaints(page)
    await screenshot(page, "sign-in")


async def test_what_is_not_there_is_told(open_page: Opener, phone: Page) -> None:
    open_page.forgive("404")
    await phone.goto("/alerts/4711")
    await expect(phone.get_by_text("No such alert.")).to_be_visible()
    await no_complaints(phone)
    await screenshot(phone, "not-found")


async def test_a_link_in_a_page_acts_without_signing_in(open_page: Opener, scene: Scene, links: LinkMaker) -> None:
    page = await open_page(device="phone")
    await page.goto(urlsplit((await links(scene.number)).acknowledge).path)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Checkout answers 5xx")
    await no_complaints(page)
    await screenshot(page, "link")
    await page.get_by_role("button").tap()
    await expect(page.get_by_role("heading", level=2)).to_have_text("Acknowledged")
    await no_complaints(page)
