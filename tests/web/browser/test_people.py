"""People and one's own account: how they stand and are reached, and what is shown once."""

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.store.people.users import User


async def test_people_are_seen_as_they_stand(desktop: Page, scene: Scene, make: Factory) -> None:
    await make.user("Dee Dorn")
    await make.team("Payments", ann=(scene.ann, "manager"), ben=(scene.ben, "member"))
    await desktop.goto("/people")
    await expect(desktop.locator(".row-link", has_text="Ann Archer")).to_contain_text("on call")
    await expect(desktop.locator(".row-link", has_text="Dee Dorn")).to_contain_text("not reachable")
    await no_complaints(desktop)
    await screenshot(desktop, "people")
    await desktop.get_by_role("link", name="Ann Archer").click()
    await expect(desktop.get_by_text("Payments day and night (step 1)")).to_be_visible()
    await no_complaints(desktop)
    await screenshot(desktop, "person")


async def test_a_test_page_goes_out_and_its_fate_shows(phone: Page, ann: User, make: Factory) -> None:
    async with WebhookReceiver() as receiver:
        await phone.goto("/people/me")
        await phone.get_by_text("Add a contact method").click()
        await phone.get_by_label("How").select_option("webhook")
        await phone.get_by_label("Address").fill(receiver.url)
        await phone.get_by_label("Name", exact=True).fill("Night phone")
        await phone.get_by_label("When is it used?").select_option("again")
        await phone.locator("form", has=phone.get_by_label("Address")).get_by_role("button", name="Add").click()
        await expect(phone.locator("#webhook-secret")).to_be_visible()
        row = phone.locator(".method-row", has_text="Night phone")
        await row.get_by_role("button", name="Test page").click()
        await expect(row.get_by_text("The test page was accepted")).to_be_visible()
        assert receiver.requests[0].json["type"] == "test"
    await row.get_by_role("button", name="Test page").click()
    await expect(row.get_by_text("The test page did not go out")).to_be_visible()
    await no_complaints(phone)
    await row.get_by_role("button", name="Delete").click()
    await phone.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(row).to_have_count(0)


async def test_a_contact_method_gets_another_name(phone: Page, ann: User) -> None:
    await phone.goto("/people/me")
    await phone.get_by_text("Rename").tap()
    await phone.get_by_label("New name of").fill("Night phone")
    await no_complaints(phone)
    await phone.get_by_role("button", name="Save").tap()
    await expect(phone.locator(".method-row")).to_contain_text("Night phone")


async def test_the_account_holds_what_is_ones_own(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/account")
    await desktop.get_by_role("button", name="Make an address").click()
    await expect(desktop.locator("#new-calendar")).to_contain_text(".ics")
    await desktop.get_by_text("Make a token").click()
    await desktop.get_by_label("Name", exact=True).fill("Deployments")
    await desktop.get_by_role("button", name="Make", exact=True).click()
    await expect(desktop.locator("#new-token")).to_contain_text("tocsin_")
    await no_complaints(desktop)
    await desktop.reload()
    await expect(desktop.locator("#new-token")).to_have_count(0)
    await expect(desktop.get_by_text("Deployments")).to_have_count(1)
    await screenshot(desktop, "account")


async def test_somebody_is_added_and_stays_while_in_use(open_page: Opener, desktop: Page, scene: Scene) -> None:
    open_page.forgive("409")
    await desktop.goto("/people/new")
    await no_complaints(desktop)
    await desktop.get_by_label("Name", exact=True).fill("Eva Ernst")
    await desktop.get_by_label("Email").fill("eva@example.org")
    await desktop.get_by_role("button", name="Add", exact=True).click()
    await expect(desktop.locator("#new-password")).to_be_visible()
    await screenshot(desktop, "person-added")
    await desktop.goto(f"/people/{scene.ben.id}/edit")
    await desktop.get_by_role("button", name="Delete Ben Baker").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(desktop.get_by_text("Is used by rotation 'Payments weekly'.")).to_be_visible()
    await no_complaints(desktop)
