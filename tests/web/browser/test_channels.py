"""Channels: the list, and one that is made, tried and deleted."""

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

from tocsin.channels.webhook.receiver import WebhookReceiver


async def test_the_list_finds_by_name(desktop: Page, scene: Scene, make: Factory) -> None:
    team = await make.team("Payments", ann=(scene.ann, "manager"))
    await make.channel("Payments log", "https://log.example.org/in", team_id=team.id)
    await desktop.goto("/channels")
    await expect(desktop.locator(".row-link")).to_have_count(2)
    await expect(desktop.locator(".row-link", has_text="Payments log")).to_contain_text("webhook · Payments")
    await no_complaints(desktop)
    await screenshot(desktop, "channels")
    await desktop.get_by_label("Name").fill("room")
    await desktop.get_by_role("button", name="Find").click()
    await expect(desktop.locator(".row-link")).to_have_count(1)
    await desktop.goto("/channels?q=nowhere")
    await expect(desktop.get_by_role("heading", name="No channel is found")).to_be_visible()
    await no_complaints(desktop)


async def test_the_first_channel_is_made_and_tried(open_page: Opener, phone: Page) -> None:
    open_page.forgive("422")
    await phone.goto("/channels")
    await expect(phone.get_by_role("heading", name="No channels yet")).to_be_visible()
    await no_complaints(phone)
    await phone.get_by_role("link", name="Add a channel").first.tap()
    async with WebhookReceiver() as receiver:
        await phone.get_by_label("Name").fill("Operations room")
        await phone.get_by_label("Address").fill("nowhere")
        await phone.get_by_role("button", name="Add", exact=True).tap()
        await expect(phone.locator("#address-wrong")).to_be_visible()
        await no_complaints(phone)
        await screenshot(phone, "channel-new")
        await phone.get_by_label("Address").fill(receiver.url)
        await phone.get_by_role("button", name="Add", exact=True).tap()
        await expect(phone.locator("#webhook-secret")).to_be_visible()
        await no_complaints(phone)
        await phone.get_by_role("button", name="Test page").tap()
        await expect(phone.get_by_text("The test page was accepted")).to_be_visible()
        assert [request.json["type"] for request in receiver.requests] == ["test"]


async def test_one_that_a_policy_notifies_stays(open_page: Opener, desktop: Page, scene: Scene) -> None:
    open_page.forgive("409")
    await desktop.goto("/channels")
    await desktop.get_by_role("link", name="Operations room").click()
    await expect(desktop.locator(".facts")).to_contain_text("Payments day and night")
    await no_complaints(desktop)
    await screenshot(desktop, "channel")
    await desktop.get_by_role("button", name="Delete the channel").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(desktop.get_by_role("alert")).to_contain_text("Payments day and night")
    await no_complaints(desktop)
