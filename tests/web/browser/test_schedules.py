"""Schedules: who is on call by them, their calendar, and overrides over a change of the clocks."""

from datetime import UTC, datetime, time, timedelta

from playwright.async_api import Locator, Page, expect
from tests.fixtures.factories import Factory, rule
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

from tocsin.store.on_call.schedules import Schedule

WEEK = "view=week&day=2027-10-31"  # in Europe/Berlin clocks go back on Sunday, 31 October 2027


async def test_the_list_tells_who_is_on_call_and_where_nobody_is(desktop: Page, scene: Scene, make: Factory) -> None:
    await make.schedule(rule(scene.ben, time(8), time(18), range(5)), name="Office hours")
    await desktop.goto("/schedules")
    await expect(desktop.locator(".schedule-row", has_text="Payments primary")).to_contain_text("no gap in 30 days")
    await expect(desktop.locator(".schedule-row", has_text="Office hours")).to_contain_text("gaps")
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
    await expect(desktop.locator(".calendar-row.rule")).to_have_count(2)
    await expect(desktop.locator(".calendar-row.rotation")).to_contain_text("Day turns")
    await expect(desktop.locator(".calendar-row.override .bar")).to_have_count(1)
    await expect(desktop.locator(".calendar-row.final .bar.gap")).to_have_count(7)
    await expect(desktop.locator(".day-row").first).to_contain_text("02:00–08:00 nobody")
    await no_complaints(desktop)
    await screenshot(desktop, "schedule")


async def test_the_first_schedule_is_offered(phone: Page) -> None:
    await phone.goto("/schedules")
    await expect(phone.get_by_role("link", name="Make the first schedule")).to_be_visible()
    await no_complaints(phone)


async def berlin(scene: Scene, make: Factory) -> Schedule:
    """Ann in the day and Ben in the night, whose shift lasts 13 hours when clocks go back."""
    return await make.schedule(
        rule(scene.ann, time(8), time(20)), rule(scene.ben, time(20), time(8)), name="Shop", time_zone="Europe/Berlin"
    )


async def test_an_override_is_drawn_over_the_day_on_which_clocks_change(
    desktop: Page, scene: Scene, make: Factory
) -> None:
    schedule = await berlin(scene, make)
    await desktop.goto(f"/schedules/{schedule.id}?{WEEK}")
    line = desktop.locator(".day-row", has_text="Sunday 31 October").locator("svg[data-drag]")
    await line.scroll_into_view_if_needed()
    box = await line.bounding_box()
    assert box is not None
    hour, y = box["width"] / 25, box["y"] + 15
    await desktop.mouse.move(box["x"] + 2 * hour, y)
    await desktop.mouse.down()
    await desktop.mouse.move(box["x"] + 6 * hour, y, steps=4)
    await desktop.mouse.up()
    form = desktop.locator("#override")
    await expect(form.get_by_label("From", exact=True)).to_have_value("2027-10-31T02:00")
    await expect(form.get_by_label("From: this time comes twice")).to_have_value("first")
    await expect(form.get_by_label("Until", exact=True)).to_have_value("2027-10-31T05:00")
    await expect(form.get_by_label("Instead of")).to_have_value(str(scene.ben.id))
    await form.get_by_label("On call").select_option(label="Cid Castor")
    changes = form.locator(".changes li")
    await expect(changes).to_have_count(1)
    await expect(changes).to_contain_text("Sun 31 Oct 2027 02:00 CEST")
    await expect(changes).to_contain_text("Sun 31 Oct 2027 05:00 CET")
    await expect(changes.locator("b")).to_have_text(["Ben Baker", "Cid Castor"])
    await no_complaints(desktop)
    await screenshot(desktop, "override")
    assert await make.pool.fetchval("select count(*) from schedule_overrides") == 0
    await form.get_by_role("button", name="Save override").click()
    await expect(desktop.get_by_text("The override is saved.")).to_be_visible()
    saved = await make.pool.fetchrow("select start_at, end_at, add_user_id, remove_user_id from schedule_overrides")
    assert saved["start_at"] == datetime(2027, 10, 31, 0, tzinfo=UTC)
    assert saved["end_at"] == datetime(2027, 10, 31, 4, tzinfo=UTC)
    assert saved["remove_user_id"] == scene.ben.id
    sunday = desktop.locator(".day-row", has_text="Sunday 31 October")
    await expect(sunday).to_contain_text("02:00 CEST–05:00 CET Cid Castor")


async def hold(page: Page, line: Locator) -> None:
    """Begin to draw over the line."""
    await line.scroll_into_view_if_needed()
    box = await line.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 15)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 15, steps=3)


async def test_a_calendar_follows_what_others_change(open_page: Opener, scene: Scene, make: Factory) -> None:
    await make.team(ben=(scene.ben, "member"))
    schedule = await berlin(scene, make)
    anns, bens = await open_page(scene.ann), await open_page(scene.ben)
    await anns.goto(f"/schedules/{schedule.id}?{WEEK}")
    await anns.locator("html[data-streaming]").wait_for()
    sunday = anns.locator(".day-row", has_text="Sunday 31 October")
    await hold(anns, sunday.locator("svg[data-drag]"))
    await bens.goto(f"/schedules/{schedule.id}/overrides/new")
    await bens.get_by_label("From", exact=True).fill("2027-10-31T09:00")
    await bens.get_by_label("Until", exact=True).fill("2027-10-31T12:00")
    await bens.get_by_label("Instead of").select_option(label="Ann Archer")
    await bens.get_by_label("On call").select_option(label="Cid Castor")
    async with anns.expect_response(lambda answer: answer.request.headers.get("hx-target") == "days"):
        await bens.get_by_role("button", name="Save override").click()
    await expect(anns.locator(".drawn")).to_have_count(1)
    await expect(sunday).not_to_contain_text("Cid Castor")
    await anns.mouse.up()
    await expect(sunday).to_contain_text("09:00 CET–12:00 CET Cid Castor")
    await expect(anns.locator(".calendar-row.override")).to_contain_text("Cid Castor instead of Ann Archer")
    form = anns.locator("#override")
    await form.get_by_label("Until", exact=True).fill("2027-10-31T07:00")
    await make.pool.execute("delete from schedule_overrides")
    await expect(sunday).not_to_contain_text("Cid Castor")
    await expect(form.get_by_label("Until", exact=True)).to_have_value("2027-10-31T07:00")


async def test_an_override_by_form_on_a_phone(phone: Page, scene: Scene, make: Factory) -> None:
    schedule = await berlin(scene, make)
    await phone.goto(f"/schedules/{schedule.id}")
    await phone.get_by_role("link", name="Override", exact=True).tap()
    await phone.get_by_label("From", exact=True).fill("2027-10-31T02:30")
    await phone.get_by_label("Until", exact=True).fill("2027-10-31T02:30")
    await phone.get_by_label("Instead of").select_option(label="Ben Baker")
    await expect(phone.locator("#difference")).to_contain_text("Then nobody is on call once")
    await no_complaints(phone)
    await phone.get_by_role("button", name="Save override").tap()
    await expect(phone.get_by_text("The override is saved.")).to_be_visible()
    saved = await make.pool.fetchrow("select end_at - start_at as length from schedule_overrides")
    assert saved["length"] == timedelta(hours=1), "from the first half past two until the second"


async def test_without_scripts_an_override_is_looked_at_changed_and_deleted(
    open_page: Opener, scene: Scene, make: Factory
) -> None:
    schedule = await berlin(scene, make)
    start = datetime(2027, 10, 30, 8, tzinfo=UTC)
    await make.override(schedule, start, start + timedelta(hours=4), add=scene.ben, remove=scene.ann)
    page = await open_page(scene.ann, java_script=False)
    await page.goto(f"/schedules/{schedule.id}/overrides/new")
    await page.get_by_label("Instead of").select_option(label="Ann Archer")
    await page.get_by_label("From", exact=True).fill("2027-10-30T13:00")
    await page.get_by_label("Until", exact=True).fill("2027-10-30T16:00")
    await page.get_by_role("button", name="Show what changes").click()
    await expect(page.locator("#difference")).to_contain_text("Ben Baker instead of Ann Archer, Sat 30 Oct 10:00")
    open_page.forgive("409")
    await page.get_by_role("button", name="Save override").click()
    await expect(page.locator("#override-form")).to_contain_text("Another override has one of them already")
    await page.goto(f"/schedules/{schedule.id}?{WEEK}")
    await page.get_by_role("link", name="Ben Baker instead of Ann Archer").click()
    await page.get_by_label("Until", exact=True).fill("2027-10-30T15:00")
    await page.get_by_role("button", name="Save override").click()
    assert await make.pool.fetchval("select end_at from schedule_overrides") == start + timedelta(hours=5)
    await page.get_by_role("link", name="Ben Baker instead of Ann Archer").click()
    await page.get_by_role("button", name="Delete override").click()
    await expect(page.get_by_text("The override is deleted.")).to_be_visible()
    assert await make.pool.fetchval("select count(*) from schedule_overrides") == 0


async def test_the_calendar_and_the_form_in_the_zone_of_who_looks(
    open_page: Opener, scene: Scene, make: Factory
) -> None:
    schedule = await berlin(scene, make)
    page = await open_page(scene.ann, time_zone="America/New_York")
    await page.goto(f"/schedules/{schedule.id}?view=week&day=2027-11-07")
    await expect(page.locator(".tag.warning")).to_have_count(0)
    await page.reload()
    await page.get_by_role("link", name="Yours: America/New_York").click()
    sunday = page.locator(".day-row", has_text="Sunday 7 November")
    await expect(sunday).to_contain_text("25 h: clocks go back")
    await expect(sunday).to_contain_text("02:00 EST–14:00 EST Ann Archer")
    await sunday.locator("svg[data-drag] .bar", has_text="Ann Archer").click()
    form = page.locator("#override")
    await expect(form.get_by_label("From", exact=True)).to_have_value("2027-11-07T02:00")
    await expect(form.get_by_label("Times are those of")).to_have_value("America/New_York")
    await expect(form.get_by_label("Instead of")).to_have_value(str(scene.ann.id))
    await expect(form.locator("select").first).to_be_focused()  # and so the form has been scrolled to
    await no_complaints(page)
