"""The first run: from nothing to a received page."""

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.engine.runner import Engine


async def test_from_nothing_to_a_received_page(open_page: Opener, make: Factory, engine: Engine) -> None:
    page = await open_page(await make.user("Ann Archer", role="admin"), "phone")
    open_page.forgive("422")
    async with WebhookReceiver() as receiver:
        await page.goto("/")
        await page.get_by_role("link", name="Set up").click()
        await no_complaints(page)
        await screenshot(page, "setup")
        await be_reached(page, receiver.url)
        await page.get_by_role("button", name="Make the policy").click()
        await page.locator("#service").get_by_label("Name").fill("Checkout")
        await page.get_by_role("button", name="Make the service").click()
        await expect(page.locator("#key-url")).to_contain_text("/api/v2/generic/incoming?token=")
        await page.get_by_role("button", name="Raise a test alert").click()
        await expect(page.locator("#test-alert-pages")).to_contain_text("Your first page has gone out")
        await expect(page.locator("#test-alert-pages .tag")).to_have_text("sent")
        assert [request.json["type"] for request in receiver.requests] == ["test", "alert"]
        await no_complaints(page)
        await screenshot(page, "setup-done")
        await page.locator("#test-alert-pages").get_by_role("button", name="Acknowledge").click()
        await page.goto("/")
        await expect(page.get_by_role("link", name="Set up")).to_have_count(0)


async def be_reached(page: Page, address: str) -> None:
    """The first step, with a test page."""
    await page.get_by_label("How").select_option("webhook")
    await page.get_by_label("Address").fill("nowhere")
    await page.get_by_role("button", name="Go on").click()
    await expect(page.locator("#address-wrong")).to_be_visible()
    await page.get_by_label("Address").fill(address)
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Test page").click()
    await expect(page.get_by_text("The test page was accepted")).to_be_visible()
    await page.goto("/setup")


async def test_turns_are_taken_by_a_rotation_and_its_schedule(desktop: Page, make: Factory) -> None:
    await make.reachable_user("Ben Baker")
    await desktop.goto("/setup")
    await desktop.get_by_label("Ben Baker").check()
    await desktop.get_by_role("button", name="Take turns").click()
    await expect(desktop.get_by_label("First it pages")).to_have_value(
        f"schedule:{await make.pool.fetchval('select id from schedules')}"
    )
    await desktop.get_by_role("button", name="Make the policy").click()
    await expect(desktop.locator("#service")).to_have_attribute("open", "")
    row = await make.pool.fetchrow("select time_zone, type from rotations")
    assert (row["time_zone"], row["type"]) == ("Europe/Berlin", "weekly")
    assert await make.pool.fetchval("select count(*) from rotation_participants") == 2


async def test_it_can_be_skipped(desktop: Page) -> None:
    await desktop.goto("/")
    await desktop.get_by_role("button", name="Not now").click()
    await expect(desktop.get_by_role("link", name="Set up")).to_have_count(0)
