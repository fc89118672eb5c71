"""The week on one page, and editors that keep what is not saved."""

from playwright.async_api import Dialog, Page, expect
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene


async def test_the_week_fits_a_desk_and_a_phone(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/on-call")
    await expect(desktop.get_by_role("heading", name="On call this week")).to_be_visible()
    await expect(desktop.locator(".week-table th[aria-current=date]")).to_be_visible()
    await expect(desktop.locator(".week-table td.is-today .is-mine")).to_contain_text("Ann Archer")
    await no_complaints(desktop)
    await screenshot(desktop, "on-call-week")
    await desktop.set_viewport_size({"width": 390, "height": 844})
    await expect(desktop.locator(".week-table")).to_be_hidden()
    await expect(desktop.locator(".week-narrow .is-today dd")).to_contain_text("Ann Archer")
    await no_complaints(desktop)


async def test_a_click_does_not_lose_what_is_not_saved(desktop: Page, scene: Scene) -> None:
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    desktop.on("dialog", stay)
    await desktop.goto(f"/services/{scene.checkout.id}/edit")
    await desktop.get_by_label("Name").fill("Till")
    await desktop.get_by_role("link", name="Home").first.click(no_wait_after=True)
    await expect(desktop.get_by_label("Name")).to_have_value("Till")
    assert asked == ["beforeunload"]
    await desktop.get_by_role("button", name="Save").click()
    await expect(desktop.get_by_role("heading", name="Till", exact=True)).to_be_visible()
    await desktop.get_by_role("link", name="Home").first.click()
    assert asked == ["beforeunload"]
