"""Heartbeat monitors: made by a form, pinged by the commands that the page shows, and how their page looks."""

import asyncio

from playwright.async_api import Page, expect
from tests.fixtures.curl import curl
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

from tocsin.db.pool import Pool
from tocsin.settings import Settings

YEAR = """
insert into heartbeat_history (monitor_id, status, reason, started_at, ended_at, alert_id)
select id, 'up', 'beats', now() - interval '300 days', now() - interval '60 days', null from heartbeat_monitors
union all
select id, 'down', 'missed', now() - interval '60 days', now() - interval '58 days', 1 from heartbeat_monitors
union all
select id, 'paused', 'paused', now() - interval '58 days', now() - interval '50 days', null from heartbeat_monitors
union all
select id, 'up', 'beats', now() - interval '50 days', now() - interval '1 minute', null from heartbeat_monitors
"""


async def test_a_monitor_is_made_and_pinged_by_its_commands(
    desktop: Page, phone: Page, scene: Scene, pool: Pool, base_url: str
) -> None:
    await desktop.goto(f"/services/{scene.database.id}")
    await desktop.get_by_role("link", name="Make a monitor").click()
    await desktop.get_by_label("What pings it").fill("Nightly backup")
    await desktop.get_by_label("A ping is expected at the times of a cron expression").check()
    await desktop.get_by_label("Cron expression", exact=True).fill("30 2 * * *")
    await no_complaints(desktop)
    await screenshot(desktop, "heartbeat-edit")
    await desktop.get_by_role("button", name="Make the monitor").click()
    await expect(desktop.get_by_text("It is shown only now")).to_be_visible()
    await no_complaints(desktop)
    command = await desktop.locator("#ping").inner_text()
    url = (await desktop.locator("#url").inner_text()).replace(Settings().base_url, base_url)
    assert command.endswith(url.removeprefix(base_url))
    await asyncio.to_thread(curl, f"curl {url}")
    await pool.execute(YEAR)
    here = desktop.url
    await phone.goto(here)
    await expect(phone.locator("#heartbeat-state .state")).to_have_text("Up")
    await asyncio.to_thread(curl, f"curl {url}/3 -d 'tar: /srv: Cannot open: No such file or directory'")
    await phone.reload()
    await expect(phone.locator("#heartbeat-state .state")).to_have_text("Down: it has failed")
    await expect(phone.locator(".ping-log")).to_contain_text("Cannot open")
    await no_complaints(phone)
    await screenshot(phone, "heartbeat")
    await phone.get_by_role("button", name="Count from now").tap()
    await expect(phone.locator("#heartbeat-state .state")).to_have_text("Up")
    await phone.goto(f"/services/{scene.database.id}")
    await expect(phone.locator("#heartbeats")).to_contain_text("Nightly backup")
    await no_complaints(phone)
