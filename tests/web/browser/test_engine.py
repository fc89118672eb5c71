"""The engine's page: well at a glance, alive, and what is parked is retried."""

from playwright.async_api import Page, expect
from tests.api.test_engine import park
from tests.fixtures.factories import Factory
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

REPAIRS = """
insert into engine_repairs (kind, object_id, reason, due, repaired_at)
select 'alert', $1::text, reason, now() - late, now() - late
from (values ('no_job', interval '2 hours'), ('acknowledgement_missed', interval '5 hours')) as repairs (reason, late)
"""
ENGINE = """
insert into engine_instances (id, host, pid, version, started_at, lateness)
values (gen_random_uuid(), 'oncall-2', 7, '0.1.0', now() - interval '3 days', '{
    "alert": {"count": 412, "p50_seconds": 0.046, "p99_seconds": 0.12, "max_seconds": 0.31},
    "page": {"count": 655, "p50_seconds": 0.038, "p99_seconds": 0.09, "max_seconds": 0.22}
}')
"""
PAST = """
with moments as (
    select now() - interval '20 seconds' * n as at, interval '1 millisecond' * (25 + n * 37 % 90) as late
    from generate_series(3, 170) as n
),
logs as (
    insert into alert_logs (alert_id, event, at) select $1::bigint, 'escalated', at from moments returning id, at
)
insert into escalation_moves (alert_id, log_id, state, loop_count, escalation_count, due, moved_at)
select $1::bigint, logs.id, 'escalating', 0, 1, logs.at - moments.late, logs.at from logs join moments using (at)
"""


async def test_it_shows_how_late_it_was_and_what_it_repaired(desktop: Page, scene: Scene, make: Factory) -> None:
    await make.pool.execute(REPAIRS, str(scene.number))
    await make.pool.execute(ENGINE)
    await make.pool.execute(PAST, scene.number)
    await desktop.goto("/engine")
    await expect(desktop.get_by_text("The engine is well")).to_be_visible()
    await expect(desktop.locator("[data-lateness] canvas")).to_be_visible()
    await expect(desktop.get_by_text("acknowledgement missed")).to_be_visible()
    await expect(desktop.get_by_role("row", name="page 655")).to_contain_text("38 ms")
    await no_complaints(desktop)
    await screenshot(desktop, "engine")


async def test_a_parked_job_appears_and_is_retried(phone: Page, scene: Scene, make: Factory) -> None:
    await phone.goto("/engine")
    await phone.locator("html[data-streaming]").wait_for()
    await park(make)
    button = phone.get_by_role("button", name="Retry the job of")
    await expect(button).to_be_visible(timeout=4000)
    await expect(phone.get_by_text("no such thing")).to_be_visible()
    await no_complaints(phone)
    await screenshot(phone, "engine-parked")
    await button.tap()
    await expect(phone.get_by_text("The job is tried again.")).to_be_visible()
    await expect(button).to_have_count(0)


async def test_an_idle_engine_has_no_plot_to_show(phone: Page) -> None:
    await phone.goto("/engine")
    await expect(phone.get_by_text("No engine is running.")).to_be_visible()
    await expect(phone.get_by_text("No alert has entered a step")).to_be_visible()
    await no_complaints(phone)
