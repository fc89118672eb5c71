"""Escalation policies: the list, one of them as a ladder, and its editor."""

from playwright.async_api import Page, expect
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene


async def test_the_list_tells_who_is_on_call_and_what_is_wrong(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/policies")
    row = desktop.locator(".policy-row", has_text="Payments day and night")
    await expect(row).to_contain_text("Ann Archer")
    await expect(row).to_contain_text("Checkout, Database")
    await no_complaints(desktop)
    await screenshot(desktop, "policies")


async def test_one_policy_forecasts_any_time(desktop: Page, scene: Scene) -> None:
    await desktop.goto(f"/policies/{scene.policy.id}")
    await expect(desktop.locator(".foretold")).to_contain_text("Step 1: Ann Archer")
    await no_complaints(desktop)
    await screenshot(desktop, "policy")
    await desktop.get_by_label("When").fill("2020-01-01T10:00")
    await expect(desktop.get_by_text("a forecast begins now or later")).to_be_visible()
