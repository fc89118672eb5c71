"""Teams: the list, and one whose members come, manage and go."""

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene


async def test_the_list_tells_whose_team_each_is(desktop: Page, scene: Scene, make: Factory) -> None:
    await make.team("Payments", ann=(scene.ann, "manager"), ben=(scene.ben, "member"))
    await make.team("Storage", ben=(scene.ben, "member"))
    await desktop.goto("/teams")
    await expect(desktop.locator(".row-link", has_text="Payments")).to_contain_text("2 members, 1 manager")
    await expect(desktop.locator(".row-link", has_text="Payments")).to_contain_text("yours")
    await expect(desktop.locator(".row-link", has_text="Storage")).not_to_contain_text("yours")
    await no_complaints(desktop)
    await screenshot(desktop, "teams")


async def test_the_first_team_is_made_and_gets_its_members(open_page: Opener, phone: Page, scene: Scene) -> None:
    open_page.forgive("422")
    await phone.goto("/teams")
    await expect(phone.get_by_role("heading", name="No teams yet")).to_be_visible()
    await no_complaints(phone)
    await phone.get_by_text("Add a team").tap()
    await phone.get_by_label("Name").fill(" ")
    await phone.get_by_role("button", name="Add", exact=True).tap()
    await expect(phone.locator("#name-wrong")).to_be_visible()
    await no_complaints(phone)
    await phone.get_by_label("Name").fill("Payments")
    await phone.get_by_role("button", name="Add", exact=True).tap()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Payments")
    await expect(phone.get_by_role("heading", name="Nobody is in this team")).to_be_visible()
    await no_complaints(phone)
    await add_member(phone, "Ben Baker")
    await phone.get_by_text("Add a member").tap()
    await add_member(phone, "Cid Castor")
    await expect(phone.locator(".row-link")).to_have_count(2)
    ben = phone.locator(".row-link", has_text="Ben Baker")
    await ben.get_by_role("button", name="Make manager").tap()
    await expect(ben.locator(".tag")).to_have_text("manager")
    await phone.goto(phone.url)  # without the notice
    await no_complaints(phone)
    await screenshot(phone, "team")
    await ben.get_by_role("button", name="Make member").tap()
    await phone.get_by_role("button", name="Remove Cid Castor").tap()
    await expect(phone.locator(".row-link")).to_have_count(1)
    await expect(ben.locator(".tag")).to_have_count(0)


async def add_member(page: Page, name: str) -> None:
    await page.get_by_label("Person").select_option(label=name)
    await page.get_by_role("button", name="Add", exact=True).tap()


async def test_a_team_is_renamed_and_deleted(desktop: Page, scene: Scene, make: Factory) -> None:
    team = await make.team("Payments", ann=(scene.ann, "manager"))
    await desktop.goto(f"/teams/{team.id}")
    await desktop.get_by_text("Rename or delete").click()
    await desktop.get_by_label("Name").fill("Money")
    await desktop.get_by_role("button", name="Rename").click()
    await expect(desktop.get_by_role("heading", level=1)).to_have_text("Money")
    await desktop.get_by_text("Rename or delete").click()
    await desktop.get_by_role("button", name="Delete the team").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(desktop.get_by_role("heading", name="No teams yet")).to_be_visible()
