"""Services: the list, one of them, its keys, its maintenance and its test alert."""

from playwright.async_api import Page, expect
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene


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
    await expect(phone.locator(".ladder")).to_contain_text("On call now: Ann Archer")
    await expect(phone.locator(".foretold")).to_contain_text("Step 1: Ann Archer")
    await expect(phone.locator("#standing")).to_contain_text("Checkout answers 5xx")
    await no_complaints(phone)
    await screenshot(phone, "service")
