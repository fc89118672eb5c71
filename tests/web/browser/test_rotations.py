"""Rotations: who is on now, and the handoffs that come."""

from datetime import UTC, datetime

from playwright.async_api import Page, expect
from tests.fixtures.engine import settled
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

from tocsin.testing.clock import Clock


async def test_the_list_tells_who_is_on_now(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/rotations")
    await expect(desktop.locator(".duty-line", has_text="Payments weekly")).to_contain_text("until")
    await no_complaints(desktop)
    await screenshot(desktop, "rotations")


async def test_handoffs_over_a_change_of_the_clocks(
    open_page: Opener, scene: Scene, make: Factory, clock: Clock
) -> None:
    await clock.move_to(datetime(2027, 10, 28, 12, tzinfo=UTC))
    start = datetime(2027, 10, 1, 6, tzinfo=UTC)  # 8:00 in summer
    await make.rotation(scene.ann, scene.ben, name="Daily turns", start_at=start, time_zone="Europe/Berlin")
    await settled(make.pool)
    page = await open_page(scene.ann, time_zone="America/New_York")
    await page.goto("/rotations")
    await page.get_by_role("link", name="Daily turns").click()
    await expect(page.locator(".participants .is-active")).to_contain_text("Ann Archer")
    rows = page.locator(".turns > li")
    await expect(rows).to_have_count(11)
    await expect(rows.nth(2)).to_contain_text("Sat 30 Oct 08:00 CEST")
    await expect(rows.nth(2)).to_contain_text("yours: Sat 30 Oct 02:00 EDT")
    await expect(rows.nth(2)).to_contain_text("1 d 1 h")
    await expect(rows.nth(3)).to_contain_text("Sun 31 Oct 08:00 CET")
    await expect(rows.nth(3)).to_contain_text("25 h: clocks go back")
    await no_complaints(page)
    await screenshot(page, "rotation")
