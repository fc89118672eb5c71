"""Routing rules: written on the page of their key, tried as they are typed, and what they suppress."""

import httpx
from playwright.async_api import Page, expect
from tests.fixtures.database import CLIENT
from tests.fixtures.factories import Factory, step
from tests.web.browser.looking import no_complaints, screenshot


async def send(base_url: str, token: str, **body: object) -> None:
    async with httpx.AsyncClient(base_url=base_url, **CLIENT) as sender:
        await sender.post(f"/api/v2/generic/incoming?token={token}", json=body)


async def write_rules(desktop: Page) -> None:
    """Suppress what comes from test systems, and let other warnings wait."""
    await desktop.get_by_role("button", name="Add a rule").click()
    await desktop.get_by_label("Rule 1", exact=True).fill("Test systems are quiet")
    await desktop.get_by_label("Matches when").fill("'env' in labels && labels.env == 'test'")
    await desktop.get_by_label("Suppress: no alert, only a count").check()
    await expect(desktop.locator("#effects")).to_contain_text("3 would become something else")
    await desktop.get_by_role("button", name="Add a rule").click()
    await desktop.get_by_label("Rule 2", exact=True).fill("Warnings wait")
    await desktop.get_by_label("Matches when").last.fill("severity == 'warning'")
    await desktop.get_by_label("First step only after").last.fill("3")
    await desktop.get_by_role("button", name="Move rule 2 up").click()
    await expect(desktop.get_by_label("Rule 1", exact=True)).to_have_value("Warnings wait")
    await expect(desktop.locator("#effects")).to_contain_text("First step at once")
    await no_complaints(desktop)
    await screenshot(desktop, "routing")
    await desktop.get_by_role("button", name="Move Warnings wait down").click()
    await desktop.get_by_role("button", name="Save").last.click()
    await expect(desktop.get_by_text("Saved.")).to_be_visible()


async def test_rules_are_written_tried_and_seen_at_work(
    desktop: Page, phone: Page, base_url: str, make: Factory
) -> None:
    service = await make.service(await make.policy(step(await make.user())), name="Checkout")
    token = await make.integration_key(service)
    for number in range(3):
        await send(base_url, token, summary=f"Backup {number} is late", severity="warning", meta={"env": "test"})
    await desktop.goto(f"/services/{service.id}")
    await desktop.get_by_role("link", name="Route what comes with it").click()
    await write_rules(desktop)
    await send(base_url, token, summary="Backup 7 is late", meta={"env": "test"})
    await send(base_url, token, summary="Disk is 80 % full", severity="warning", dedup="disk")
    await phone.goto(desktop.url)
    await expect(phone.locator("#effects")).to_contain_text("counts for 4")
    await no_complaints(phone)
    await screenshot(phone, "routing-phone")
    await phone.goto(f"/services/{service.id}")
    await expect(phone.locator("#keys")).to_contain_text("Routing: 2 rules")
    await phone.locator("#suppressed").get_by_role("link").tap()
    await expect(phone.locator(".payload-body")).to_contain_text("Backup 7 is late")
    await no_complaints(phone)
    await screenshot(phone, "suppressed")
    await phone.goto("/alerts")
    await phone.get_by_role("link", name="Disk is 80 % full").tap()
    await expect(phone.locator("#alert")).to_contain_text("its first step comes in")
    await expect(phone.locator(".timeline-list")).to_contain_text("the rule Warnings wait lets it wait 3 min")
    await no_complaints(phone)
    await screenshot(phone, "alert-that-waits")
