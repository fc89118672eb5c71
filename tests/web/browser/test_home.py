"""Home: what somebody on call wants to know first."""

from playwright.async_api import Page, expect
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene


async def test_home_tells_that_ann_is_on_call_and_what_is_hers(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/")
    await expect(desktop.get_by_role("heading", name="You are on call")).to_be_visible()
    await expect(desktop.locator(".on-call-source", has_text="Payments primary")).to_contain_text(
        "Payments day and night"
    )
    await expect(desktop.locator("#open-alerts").get_by_role("link", name="Checkout answers 5xx")).to_be_visible()
    await expect(desktop.get_by_text("The engine is well")).to_be_visible()
    await desktop.reload()  # now in the browser's time zone, which the sign-in page would have learnt
    await no_complaints(desktop)
    await screenshot(desktop, "home")


async def test_a_quiet_home_says_what_will_stand_there(phone: Page) -> None:
    await phone.goto("/")
    await expect(phone.get_by_role("heading", name="You are not on call")).to_be_visible()
    await expect(phone.get_by_text("Nothing is yours to do.")).to_be_visible()
    await no_complaints(phone)
