"""Schedules: who is on call by them, their calendar, and overrides over a change of the clocks."""

from datetime import UTC, datetime, time

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory, rule
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

WEEK = "view=week&day=2027-10-31"  # in Europe/Berlin clocks go back on Sunday, 31 October 2027


async def test_the_list_tells_who_is_on_call_and_where_nobody_is(desktop: Page, scene: Scene, make: Factory) -> None:
    await make.schedule(rule(scene.ben, time(8), time(18), range(5)), name="Office hours")
    await desktop.goto("/schedules")
    await expect(desktop.locator(".duty-line", has_text="Payments primary")).to_contain_text("no gap in 30 days")
    await expect(desktop.locator(".duty-line", has_text="Office hours")).to_contain_text("gaps")
    await no_complaints(desktop)
    await screenshot(desktop, "schedules")


async def test_a_calendar_marks_the_day_on_which_clocks_change(phone: Page, scene: Scene, make: Factory) -> None:
    schedule = (await make.pool.fetchrow("select id from schedules"))["id"]
    await phone.goto(f"/schedules/{schedule}?{WEEK}")
    sunday = phone.locator(".day-row", has_text="Sunday 31 October")
    await expect(sunday).to_contain_text("25 h: clocks go back")
    await expect(phone.locator(".tag.warning")).to_have_count(1)
    await no_complaints(phone)
    await phone.get_by_role("link", name="Month").click()
    await expect(phone.locator(".month-grid")).to_contain_text("clocks go back")
    await no_complaints(phone)
    await screenshot(phone, "schedule-month")


async def test_layers_and_gaps_are_drawn(desktop: Page, scene: Scene, make: Factory) -> None:
    rotation = await make.rotation(scene.ann, scene.ben, kind="daily", name="Day turns", time_zone="Europe/Berlin")
    schedule = await make.schedule(
        rule(rotation, time(8), time(20)), rule(scene.ben, time(20), time(2)), name="Shop", time_zone="Europe/Berlin"
    )
    start = datetime(2027, 10, 30, 10, tzinfo=UTC)
    await make.override(schedule, start, start.replace(hour=16), add=scene.ben, remove=scene.ann)
    await desktop.goto(f"/schedules/{schedule.id}?{WEEK}")
    await expect(desktop.locator(".lane.rule")).to_have_count(2)
    await expect(desktop.locator(".lane.rotation")).to_contain_text("Day turns")
    await expect(desktop.locator(".lane.override .bar")).to_have_count(1)
    await expect(desktop.locator(".lane.final .bar.gap")).to_have_count(7)
    await expect(desktop.locator(".day-row").first).to_contain_text("02:00–08:00 nobody")
    await no_complaints(desktop)
    await screenshot(desktop, "schedule")


async def test_the_first_schedule_is_offered(phone: Page) -> None:
    await phone.goto("/schedules")
    await expect(phone.get_by_role("link", name="Make the first schedule")).to_be_visible()
    await no_complaints(phone)
