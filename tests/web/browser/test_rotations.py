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
    await expect(desktop.locator(".schedule-row", has_text="Payments weekly")).to_contain_text("until")
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
    rows = page.locator(".handoffs > li")
    await expect(rows).to_have_count(11)
    await expect(rows.nth(2)).to_contain_text("Sat 30 Oct 08:00 CEST")
    await expect(rows.nth(2)).to_contain_text("yours: Sat 30 Oct 02:00 EDT")
    await expect(rows.nth(2)).to_contain_text("1 d 1 h")
    await expect(rows.nth(3)).to_contain_text("Sun 31 Oct 08:00 CET")
    await expect(rows.nth(3)).to_contain_text("25 h: clocks go back")
    await no_complaints(page)
    await screenshot(page, "rotation")


async def test_participants_are_added_moved_and_foreseen(
    open_page: Opener, scene: Scene, make: Factory, clock: Clock
) -> None:
    await clock.move_to(datetime(2027, 3, 24, 12, tzinfo=UTC))
    page = await open_page(scene.ann)
    await page.goto("/rotations/new")
    await page.get_by_label("Name").fill("Shop turns")
    await page.get_by_label("Time zone").select_option("Europe/Berlin")
    await page.get_by_label("One handoff is at").fill("2027-03-01T02:30")
    await page.get_by_label("Unit").select_option(label="days")
    rows = page.locator(".edit-row")
    for number, name in enumerate(("Ann Archer", "Ben Baker", "Cid Castor"), 1):
        await page.get_by_label("Add somebody").select_option(label=name)
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(rows).to_have_count(number)
    await page.get_by_role("button", name="Move Cid Castor up").click()
    await expect(rows.nth(1)).to_contain_text("Cid Castor")
    turns = page.locator("#difference .handoffs > li")
    await expect(turns.first).to_contain_text("Ann Archer")
    await expect(turns.nth(1)).to_contain_text("Cid Castor")
    await expect(turns.nth(4)).to_contain_text("Sun 28 Mar 03:00 CEST")
    await expect(turns.nth(4)).to_contain_text("23 h: clocks go forward")
    await page.evaluate("scrollTo(0, 0)")
    await no_complaints(page)
    await screenshot(page, "rotation-edit")
    await page.get_by_role("button", name="Make the rotation").click()
    await expect(page.get_by_text("The rotation is saved.")).to_be_visible()
    await settled(make.pool)
    await page.reload()
    await expect(page.locator(".participants .is-active")).to_contain_text("Ann Archer")


async def test_removing_the_active_one_is_foreseen_as_it_comes(open_page: Opener, scene: Scene, make: Factory) -> None:
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    rotation = await make.rotation(scene.ann, scene.ben, name="Shop turns", kind="weekly", start_at=start)
    await settled(make.pool)
    page = await open_page(scene.ann, "phone", java_script=False)
    await page.goto(f"/rotations/{rotation.id}/edit")
    await page.get_by_role("button", name="Remove Ann Archer").tap()
    await expect(page.locator("#difference .handoffs > li").first).to_contain_text("Ben Baker")
    await page.get_by_role("button", name="Save", exact=True).last.tap()
    await expect(page.get_by_text("The rotation is saved.")).to_be_visible()
    await settled(make.pool)
    await page.reload()
    await expect(page.locator(".participants .is-active")).to_contain_text("Ben Baker")


async def test_somebody_is_made_active_and_what_is_used_is_not_deleted(
    desktop: Page, open_page: Opener, scene: Scene
) -> None:
    await desktop.goto("/rotations")
    await desktop.get_by_role("link", name="Payments weekly").click()
    await desktop.get_by_role("button", name="Make active Cid Castor").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Make active").click()
    await expect(desktop.locator(".participants .is-active")).to_contain_text("Cid Castor")
    open_page.forgive("409")
    await desktop.get_by_role("button", name="Delete").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    await expect(desktop.locator(".note.bad")).to_contain_text("Is used by schedule 'Payments primary'.")


async def test_a_long_name_stays_within_the_card_of_the_handoffs(
    open_page: Opener, scene: Scene, make: Factory
) -> None:
    long = await make.user("Administratorofalldatabases")
    rotation = await make.rotation(scene.ann, long)
    await settled(make.pool)
    page = await open_page(scene.ann)
    for path, width in ((f"/rotations/{rotation.id}", 390), (f"/rotations/{rotation.id}/edit", 1280)):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.goto(path)
        name = page.locator(".handoffs .name", has_text="Administrator").first
        await expect(name).to_be_visible()
        room = "one => one.closest('li').getBoundingClientRect().right - one.getBoundingClientRect().right"
        assert await name.evaluate(room) >= 0, path
        assert await name.evaluate("one => one.scrollWidth <= one.clientWidth"), path
