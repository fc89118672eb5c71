"""Services: the list, one of them, its keys, its maintenance and its test alert."""

import asyncio

from playwright.async_api import Page, expect
from tests.fixtures.curl import curl
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

from tocsin.settings import Settings


async def test_the_list_tells_how_each_stands(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/services")
    row = desktop.locator(".row-link", has_text="Database")
    await expect(row).to_contain_text("1 triggered")
    await expect(row).to_contain_text("Payments day and night")
    await no_complaints(desktop)
    await screenshot(desktop, "services")
    await desktop.get_by_role("link", name="In maintenance").click()
    await expect(desktop.get_by_role("heading", name="No service is in maintenance")).to_be_visible()
    await no_complaints(desktop)


async def test_one_service_tells_what_would_happen(phone: Page, scene: Scene) -> None:
    await phone.goto(f"/services/{scene.checkout.id}")
    await expect(phone.locator(".policy-steps")).to_contain_text("On call now: Ann Archer")
    await expect(phone.locator(".forecast-moments")).to_contain_text("Step 1: Ann Archer")
    await expect(phone.locator("#current-state")).to_contain_text("Checkout answers 5xx")
    await no_complaints(phone)
    await screenshot(phone, "service")


async def test_a_test_alert_pages_and_shows(phone: Page, scene: Scene) -> None:
    await phone.goto(f"/services/{scene.checkout.id}")
    await phone.get_by_role("button", name="Send a test alert").tap()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Test alert by Ann Archer")
    await expect(phone.locator(".page-row", has_text="Ann Archer")).to_contain_text("sent")


async def test_a_key_comes_with_commands_that_run(desktop: Page, scene: Scene, base_url: str) -> None:
    await desktop.goto(f"/services/{scene.database.id}")
    await desktop.get_by_label("What sends with it").fill("Monitoring")
    await desktop.get_by_role("button", name="Make the key").click()
    await expect(desktop.get_by_role("heading", level=1)).to_have_text("The key Monitoring is made")
    await no_complaints(desktop)
    await screenshot(desktop, "service-key")
    await desktop.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await desktop.locator(".copy", has=desktop.locator("#curl-json")).get_by_role("button", name="Copy").click()
    await expect(desktop.get_by_text("Copied.")).to_be_visible()
    copied = await desktop.evaluate("navigator.clipboard.readText()")
    assert copied == await desktop.locator("#curl-json").inner_text()
    for name in ("curl-raise", "curl-json", "curl-close"):
        command = (await desktop.locator(f"#{name}").inner_text()).replace(Settings().base_url, base_url)
        await asyncio.to_thread(curl, command)
    await desktop.get_by_role("link", name="I have it").click()
    await expect(desktop.locator("#keys")).to_contain_text("used now")


async def test_maintenance_begins_and_ends_and_is_planned(open_page: Opener, phone: Page, scene: Scene) -> None:
    await phone.goto(f"/services/{scene.checkout.id}")
    await phone.get_by_role("button", name="2 hours").tap()
    await expect(phone.locator("#current-state")).to_contain_text("In maintenance until")
    await no_complaints(phone)
    await screenshot(phone, "service-maintenance")
    await phone.get_by_role("button", name="End it now").tap()
    await expect(phone.locator("#current-state")).not_to_contain_text("In maintenance")
    open_page.forgive("422")
    await phone.get_by_text("Plan a maintenance").tap()
    await phone.get_by_label("From").fill("2030-01-05T22:00")
    await phone.get_by_label("To", exact=True).fill("2030-01-05T20:00")
    await phone.get_by_label("Every week").check()
    await phone.get_by_role("button", name="Plan it").tap()
    await expect(phone.get_by_text("Must be after the start")).to_be_visible()
    await phone.get_by_label("To", exact=True).fill("2030-01-06T02:00")
    await phone.get_by_role("button", name="Plan it").tap()
    await expect(phone.locator("#maintenance")).to_contain_text("Sat 22:00 to Sun 02:00")
    await expect(phone.locator("#maintenance")).to_contain_text("Europe/Berlin")
    await no_complaints(phone)


async def test_two_browsers_edit_the_same_service(open_page: Opener, scene: Scene, make: Factory) -> None:
    await make.team(ben=(scene.ben, "member"))
    anns, bens = await open_page(scene.ann), await open_page(scene.ben)
    for page in (anns, bens):
        await page.goto(f"/services/{scene.checkout.id}/edit")
    await no_complaints(bens)
    await screenshot(bens, "service-edit")
    await anns.get_by_label("Name").fill("Shop checkout")
    await anns.get_by_role("button", name="Save").click()
    await expect(anns.get_by_role("heading", level=1)).to_have_text("Shop checkout")
    open_page.forgive("409")
    await bens.get_by_label("Alerts that pass a maintenance").fill("*security*")
    await bens.get_by_role("button", name="Save").click()
    await expect(bens.get_by_role("alert")).to_contain_text("Somebody else has saved")
    await expect(bens.get_by_label("Alerts that pass a maintenance")).to_have_value("*security*")
    await bens.get_by_role("button", name="Save").click()
    await expect(bens.get_by_role("heading", level=1)).to_have_text("Checkout")
    await expect(bens.get_by_text("*security*")).to_be_visible()


async def test_what_stands_in_the_way_of_deleting_is_named(open_page: Opener, desktop: Page, scene: Scene) -> None:
    await desktop.goto(f"/services/{scene.checkout.id}")
    open_page.forgive("409")
    await desktop.get_by_role("button", name="Delete the service").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(desktop.get_by_role("alert")).to_contain_text("Certificate of shop.example.org expires")


async def test_an_alert_shows_by_itself(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto(f"/services/{scene.database.id}")
    await desktop.locator("html[data-streaming]").wait_for()
    await make.alert(scene.database, "Backup is missing")
    await expect(desktop.locator("#current-state")).to_contain_text("Backup is missing", timeout=3000)
    await expect(desktop.locator("#current-state .state")).to_have_text("2 triggered, 1 taken")
