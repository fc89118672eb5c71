"""Reports on a desk and on a phone, with plots, and their tables for spreadsheets."""

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

HISTORY = """
with raised as (
    insert into alerts (service_id, summary, dedup_key, status, created_at, closed_at)
    select
        ($1::uuid[])[1 + n % 2], 'History ' || n, 'history ' || n, 'closed', moments.at,
        moments.at + interval '1 minute' * (10 + n * 7 % 90)
    from generate_series(1, 120) as n
    cross join lateral (
        select now() - interval '1 hour' * (n * n % 680) - interval '1 minute' * n as at
    ) as moments
    returning id, created_at
),
taken as (
    insert into alert_logs (alert_id, event, at)
    select id, 'acknowledged', created_at + interval '1 second' * (40 + id * 37 % 400) from raised
)
insert into outgoing_messages (
    idempotency_key, alert_id, user_id, target_name, destination_type, status, next_attempt, sent_at
)
select gen_random_uuid()::text, id, ($2::uuid[])[1 + id % 2], 'somebody', 'webhook', 'sent', null, created_at
from raised
"""


async def write_history(make: Factory, scene: Scene) -> None:
    await make.pool.execute(HISTORY, [scene.checkout.id, scene.database.id], [scene.ann.id, scene.ben.id])


async def test_a_report_is_read_and_taken_along(desktop: Page, scene: Scene, make: Factory) -> None:
    await write_history(make, scene)
    await desktop.goto("/")  # the first page of all does not know the browser's zone, in which it may be another day
    await desktop.goto("/reports")
    await expect(desktop.locator(".totals")).to_contain_text("To acknowledge")
    await expect(desktop.get_by_role("row", name="Checkout")).to_be_visible()
    await no_complaints(desktop)
    await screenshot(desktop, "reports")
    async with desktop.expect_download() as download:
        await desktop.get_by_role("link", name="Services as CSV").click()
    assert (await download.value).suggested_filename.startswith("tocsin-services-")
    await desktop.get_by_role("link", name="7 days").click()
    await expect(desktop.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")


async def test_a_phone_shows_the_tables_as_stacks(phone: Page, open_page: Opener, scene: Scene, make: Factory) -> None:
    await write_history(make, scene)
    open_page.forgive("422")
    await phone.goto("/reports?start=2026-01-02&end=2026-01-01")
    await expect(phone.get_by_text("The last day must not come before the first.")).to_be_visible()
    await phone.goto("/reports")
    await phone.get_by_role("row", name="Checkout").scroll_into_view_if_needed()
    await no_complaints(phone)
