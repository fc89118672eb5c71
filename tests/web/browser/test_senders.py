"""What senders of other languages are given to copy, and what they send, as people see it."""

import asyncio

import pytest
from playwright.async_api import Page, expect
from tests.fixtures.curl import curl
from tests.web.browser.looking import no_complaints
from tests.web.browser.scene import Scene

from tocsin.db.pool import Pool
from tocsin.settings import Settings


async def commands_run(page: Page, base_url: str, *names: str) -> None:
    """Run the commands with these ids, as they are shown."""
    for name in names:
        command = (await page.locator(f"#{name}").inner_text()).replace(Settings().base_url, base_url)
        await asyncio.to_thread(curl, command)


async def make_key(page: Page, scene: Scene, key_type: str) -> None:
    await page.goto(f"/services/{scene.database.id}")
    await page.get_by_label("What sends with it").fill("Monitoring")
    await page.get_by_label("Format").select_option(key_type)
    await page.get_by_role("button", name="Make the key").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("The key Monitoring is made")
    await no_complaints(page)


@pytest.mark.parametrize(
    "commands",
    [("pagerduty", "curl-event", "curl-resolve"), ("opsgenie", "curl-create", "curl-close")],
    ids=lambda c: c[0],
)
async def test_a_key_comes_with_commands_that_run(
    phone: Page, scene: Scene, base_url: str, pool: Pool, commands: tuple[str, str, str]
) -> None:
    key_type, raises, closes = commands
    await make_key(phone, scene, key_type)
    await commands_run(phone, base_url, raises)
    found = "select status from alerts order by id desc limit 1"
    assert await pool.fetchval(found) == "triggered"
    await commands_run(phone, base_url, closes)
    assert await pool.fetchval(found) == "closed"


async def test_links_and_changes_are_shown(phone: Page, scene: Scene, base_url: str, pool: Pool) -> None:
    await make_key(phone, scene, "pagerduty")
    await commands_run(phone, base_url, "curl-event", "curl-change")
    links = [
        {"kind": "runbook", "href": "https://wiki.example.org/runbooks/disk", "text": "When a disk is full"},
        {"kind": "image", "href": "https://charts.example.org/" + "x" * 300, "text": ""},
        {"kind": "source", "href": "https://monitoring.example.org/", "text": "Monitoring"},
    ]
    update = "update alerts set links = $1 where id = (select max(id) from alerts) returning id"
    alert_id = await pool.fetchval(update, links)
    await phone.goto(f"/alerts/{alert_id}")
    await expect(phone.locator(".alert-header .alert-links li")).to_have_count(2)
    await no_complaints(phone)
    await phone.goto(f"/services/{scene.database.id}")
    await expect(phone.locator("#changes")).to_contain_text("Version 2 of the shop")
    await no_complaints(phone)
