"""Escalation policies: the list, one of them as a ladder, and its editor."""

from datetime import timedelta

from playwright.async_api import Page, expect
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene

from tocsin.store.policies import policies


async def test_the_list_tells_who_is_on_call_and_what_is_wrong(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/policies")
    row = desktop.locator(".policy-row", has_text="Payments day and night")
    await expect(row).to_contain_text("Ann Archer")
    await expect(row).to_contain_text("Checkout, Database")
    await no_complaints(desktop)
    await screenshot(desktop, "policies")


async def test_one_policy_forecasts_any_time(desktop: Page, scene: Scene) -> None:
    await desktop.goto(f"/policies/{scene.policy.id}")
    await expect(desktop.locator(".forecast-moments")).to_contain_text("Step 1: Ann Archer")
    await no_complaints(desktop)
    await screenshot(desktop, "policy")
    await desktop.get_by_label("When", exact=True).fill("2020-01-01T10:00")
    await expect(desktop.get_by_text("a forecast begins now or later")).to_be_visible()


async def test_a_ladder_is_built_and_saved(phone: Page, scene: Scene, make: Factory) -> None:
    await phone.goto("/policies/new")
    await expect(phone.locator("#preview")).to_contain_text("Nobody can be reached at any step")
    await phone.get_by_label("Name").fill("Night watch")
    await phone.get_by_label("Look for whom step 1 shall notify").fill("ben")
    await phone.get_by_role("button", name="Ben Baker").tap()
    await expect(phone.locator(".chip")).to_contain_text("Ben Baker")
    await expect(phone.locator("#preview .forecast-moments")).to_contain_text("Step 1: Ben Baker")
    await phone.get_by_role("button", name="Add a step").tap()
    await phone.locator(".step").nth(1).get_by_role("button", name="Payments primary").tap()
    await expect(phone.locator("#preview .forecast-moments")).to_contain_text("Step 2: Ann Archer")
    await expect(phone.locator(".step").nth(1).get_by_role("button", name="Payments primary schedule")).to_have_count(0)
    await phone.get_by_label("Next step after").fill("20")
    await expect(phone.locator("#preview .forecast-moments")).to_contain_text("in 45 min")
    await phone.set_viewport_size({"width": 390, "height": 3000})
    await no_complaints(phone)
    await screenshot(phone, "policy-new")
    await phone.get_by_role("button", name="Save the policy").tap()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Night watch")
    await expect(phone.locator(".policy-steps > li").first).to_contain_text("20 min")
    assert await make.pool.fetchval("select count(*) from escalation_policies where name = 'Night watch'") == 1


async def test_a_saved_ladder_is_edited_with_a_forecast(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto(f"/policies/{scene.policy.id}/edit")
    await expect(desktop.get_by_text("Checkout, Database use it")).to_be_visible()
    await no_complaints(desktop)
    await screenshot(desktop, "policy-edit")
    await desktop.get_by_role("button", name="Step 3 up").click()
    await expect(desktop.locator("#preview .forecast-moments")).to_contain_text("Step 2: Cid Castor")
    grip = desktop.locator(".step").nth(1).locator(".drag-handle")
    await grip.drag_to(desktop.locator(".step").nth(0).locator(".step-number"))
    await expect(desktop.locator("#preview .forecast-moments")).to_contain_text("Step 1: Cid Castor")
    await desktop.get_by_label("When", exact=True).fill("2020-01-01T10:00")
    await expect(desktop.get_by_text("a forecast begins now or later")).to_be_visible()
    await desktop.get_by_label("When", exact=True).fill("2030-01-01T10:00")
    await expect(desktop.locator("#preview .forecast-moments")).to_contain_text("1 Jan 2030 10:00")
    await desktop.get_by_role("button", name="Save").click()
    steps = desktop.locator(".policy-steps > li")
    await expect(steps.nth(0)).to_contain_text("Cid Castor")
    await expect(steps.nth(1)).to_contain_text("Payments primary")
    before = {step.id for step in scene.policy.steps}
    async with make.pool.acquire() as connection:
        assert {step.id for step in (await policies.get(connection, scene.policy.id)).steps} == before


async def test_warnings_come_before_saving(desktop: Page, scene: Scene, make: Factory) -> None:
    late = await make.user("Dee Late")
    await make.rule(await make.contact_method(late), timedelta(minutes=30))
    await make.user("Eva Mute")
    await desktop.goto("/policies/new")
    await desktop.get_by_label("Look for whom step 1 shall notify").fill("eva")
    await desktop.get_by_role("button", name="Eva Mute").click()
    warnings = desktop.locator("#preview .findings")
    await expect(warnings).to_contain_text("would page nobody")
    await expect(warnings).to_contain_text("there is no contact method")
    await desktop.get_by_label("Look for whom step 1 shall notify").fill("dee")
    await desktop.get_by_role("button", name="Dee Late").click()
    await expect(warnings).to_contain_text("fires after the alert has already climbed")
    await no_complaints(desktop)


async def test_two_browsers_race_for_a_policy(open_page: Opener, scene: Scene, make: Factory) -> None:
    await make.team(ben=(scene.ben, "member"))
    anns, bens = await open_page(scene.ann), await open_page(scene.ben)
    for page in (anns, bens):
        await page.goto(f"/policies/{scene.policy.id}/edit")
    await anns.get_by_role("button", name="Remove step 2").click()
    await expect(anns.locator(".step")).to_have_count(2)
    await anns.get_by_role("button", name="Save").click()
    await expect(anns.locator(".policy-steps > li")).to_have_count(2)
    open_page.forgive("409")
    await bens.get_by_label("Name").fill("Ben's ladder")
    await bens.get_by_role("button", name="Save").click()
    await expect(bens.get_by_role("alert")).to_contain_text("Somebody else has saved it meanwhile")
    await expect(bens.get_by_label("Name")).to_have_value("Ben's ladder")
    await expect(bens.locator(".step")).to_have_count(3)
    await bens.get_by_role("button", name="Save").click()
    await expect(bens.get_by_role("heading", level=1)).to_have_text("Ben's ladder")
    await expect(bens.locator(".policy-steps > li")).to_have_count(3)


async def test_without_scripts_the_ladder_is_edited_all_the_same(open_page: Opener, scene: Scene) -> None:
    page = await open_page(scene.ann, java_script=False)
    await page.goto("/policies/new")
    await page.get_by_label("Name").fill("By hand")
    await page.get_by_label("Look for whom step 1 shall notify").fill("cid")
    await page.get_by_role("button", name="Look", exact=True).click()
    await page.get_by_role("button", name="Cid Castor").click()
    await page.get_by_label("Next round after").fill("7")
    await page.get_by_role("button", name="Save the policy").click()
    await expect(page.locator(".policy-steps > li")).to_contain_text("Cid Castor")
    await expect(page.locator(".policy-steps > li")).to_contain_text("7 min")


async def test_what_uses_a_policy_is_named_when_it_shall_go(open_page: Opener, desktop: Page, scene: Scene) -> None:
    await desktop.goto(f"/policies/{scene.policy.id}")
    open_page.forgive("409")
    await desktop.get_by_role("button", name="Delete the policy").click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(desktop.get_by_role("alert")).to_contain_text("service 'Checkout'")
