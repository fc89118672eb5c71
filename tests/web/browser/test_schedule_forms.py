"""Making and changing schedules: rules, temporary schedules, what they change, and what stands in the way."""

from datetime import UTC, datetime, time, timedelta

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory, rule, step
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

from tocsin.testing.clock import Clock


async def test_rules_are_added_and_told_before_they_are_saved(desktop: Page, scene: Scene, make: Factory) -> None:
    schedule = await make.schedule(rule(scene.ann, time(8), time(20)), name="Shop", time_zone="Europe/Berlin")
    await desktop.goto(f"/schedules/{schedule.id}/edit")
    await expect(desktop.locator("#difference")).to_contain_text("The same people are on call")
    await desktop.get_by_role("button", name="Add a rule").click()
    second = desktop.get_by_role("group", name="Rule 2")
    await second.get_by_label("On call").select_option(label="Payments weekly")
    await second.get_by_label("From").fill("20:00")
    await second.get_by_label("Until").fill("08:00")
    await second.get_by_text("Sun", exact=True).click()
    changes = desktop.locator("#difference .changes li")
    await expect(changes.first).to_contain_text("nobody")
    await expect(changes.first).to_contain_text("Ann Archer")
    await expect(desktop.locator("#difference")).to_contain_text("Then nobody is on call 4 times")
    await no_complaints(desktop)
    await screenshot(desktop, "schedule-edit")
    await desktop.get_by_role("button", name="Save").last.click()
    await expect(desktop.get_by_text("The schedule is saved.")).to_be_visible()
    await expect(desktop.locator(".calendar-row.rule")).to_have_count(2)
    kept = await make.pool.fetchval("select id from schedule_rules where user_id is not null")
    assert kept == schedule.rules[0].id


async def test_wrong_rules_are_told_beside_them_and_kept(open_page: Opener, scene: Scene, make: Factory) -> None:
    page = await open_page(scene.ann, "phone", java_script=False)
    await page.goto("/schedules/new")
    await page.get_by_label("Name").fill("Payments primary")
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await page.get_by_role("group", name="Rule 1").get_by_label("On call").select_option(label="Ben Baker")
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        await page.get_by_text(day, exact=True).click()
    open_page.forgive("422")
    open_page.forgive("409")
    await page.get_by_role("button", name="Make the schedule").click()
    await expect(page.locator(".rule-row .wrong")).to_be_visible()
    await expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    await page.get_by_text("Mon", exact=True).click()
    await page.get_by_role("button", name="Make the schedule").click()
    await expect(page.get_by_text("Is already used by another schedule.")).to_be_visible()
    await page.get_by_label("Name").fill("Mondays")
    await page.get_by_role("button", name="Make the schedule").click()
    await expect(page.get_by_role("heading", name="Mondays")).to_be_visible()


async def test_a_temporary_schedule_stands_in_for_all(
    open_page: Opener, scene: Scene, make: Factory, clock: Clock
) -> None:
    await clock.move_to(datetime(2027, 12, 20, 12, tzinfo=UTC))
    page = await open_page(scene.ann, "phone")
    schedule = await make.schedule(rule(scene.ben), name="Shop", time_zone="Europe/Berlin")
    await page.goto(f"/schedules/{schedule.id}/temporary-schedules/new")
    await page.get_by_label("From", exact=True).fill("2027-12-24T08:00")
    await page.get_by_label("Until", exact=True).fill("2027-12-27T08:00")
    await page.get_by_role("button", name="Add a shift").tap()
    shift = page.get_by_role("group", name="Shift 1")
    await expect(shift.get_by_label("From", exact=True)).to_have_value("2027-12-24T08:00")
    await shift.get_by_label("Until", exact=True).fill("2027-12-26T08:00")
    await shift.get_by_label("Who").select_option(label="Cid Castor")
    await expect(page.locator("#difference .changes li")).to_have_count(2)
    await expect(page.locator("#difference")).to_contain_text("Then nobody is on call once")
    await no_complaints(page)
    await screenshot(page, "temporary-schedule")
    await page.get_by_role("button", name="Save").last.tap()
    await expect(page.get_by_text("The temporary schedule is saved.")).to_be_visible()
    await expect(page.locator(".day-row", has_text="Saturday 25 December")).to_contain_text("Cid Castor")
    length = await make.pool.fetchval("select end_at - start_at from temporary_schedule_shifts")
    assert length == timedelta(days=2)
    await page.get_by_role("link", name="1 shift").tap()
    await page.get_by_role("button", name="Delete temporary schedule").tap()
    await page.get_by_role("dialog").get_by_role("button", name="Delete it").tap()
    await expect(page.get_by_text("The temporary schedule is deleted.")).to_be_visible()


async def test_what_is_used_is_not_deleted(desktop: Page, open_page: Opener, scene: Scene, make: Factory) -> None:
    schedule = await make.schedule(rule(scene.ben), name="Shop")
    policy = await make.policy(step(schedule), name="Shop policy")
    open_page.forgive("409")
    await desktop.goto(f"/schedules/{schedule.id}")
    await desktop.get_by_role("button", name="Delete schedule").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    await expect(desktop.locator(".note.bad")).to_contain_text("Is used by escalation policy 'Shop policy'.")
    await make.pool.execute("delete from escalation_policies where id = $1", policy.id)
    await desktop.goto(f"/schedules/{schedule.id}")
    await desktop.get_by_role("button", name="Delete schedule").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    await expect(desktop.get_by_text("Shop is deleted.")).to_be_visible()


async def test_others_read_what_is_not_theirs(open_page: Opener, scene: Scene, make: Factory) -> None:
    team = await make.team("Shop", ann=(scene.ann, "manager"))
    schedule = await make.schedule(rule(scene.ann), name="Shop", team_id=team.id)
    page = await open_page(scene.ben)
    await page.goto(f"/schedules/{schedule.id}")
    await expect(page.get_by_role("heading", name="Ann Archer is on call")).to_have_count(0)
    await expect(page.locator(".on-call-now")).to_contain_text("Ann Archer is on call")
    for name in ("Override", "Edit rules"):
        await expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    open_page.forgive("403")
    await page.goto(f"/schedules/{schedule.id}/overrides/new")
    await expect(page.get_by_text("Only members of the team may change this")).to_be_visible()
