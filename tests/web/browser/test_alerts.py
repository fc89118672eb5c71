"""The list of alerts, and one alert: on a desk and under a thumb."""

import re
from urllib.parse import quote

from playwright.async_api import FloatRect, Locator, Page, expect
from tests.fixtures.database import TESTER
from tests.fixtures.engine import eventually
from tests.fixtures.factories import Factory
from tests.web.browser.conftest import Opener
from tests.web.browser.looking import no_complaints, screenshot
from tests.web.browser.scene import Scene
from tests.web.conftest import PASSWORD

from tocsin.store.actor import acting
from tocsin.store.people import users
from tocsin.store.people.passwords import hash_password
from tocsin.store.people.users import User


async def set_password(make: Factory, user: User) -> None:
    async with acting(make.pool, TESTER) as connection:
        await users.set_password(connection, user.id, await hash_password(PASSWORD))


IMPATIENCE = """
const close = () => {
  if (document.querySelector("form[action$=acknowledge]")) return;
  document.removeEventListener("htmx:afterSwap", close);
  document.querySelector(".last-action button").click();
};
document.addEventListener("htmx:afterSwap", close);
"""


async def box_of(locator: Locator) -> FloatRect:
    box = await locator.bounding_box()
    assert box is not None
    return box


async def test_the_list_narrows_and_widens(desktop: Page, scene: Scene) -> None:
    await desktop.goto("/alerts")
    rows = desktop.locator(".alert-row")
    await expect(rows).to_have_count(4)
    await no_complaints(desktop)
    await screenshot(desktop, "alerts")
    await desktop.get_by_text("Filter", exact=True).click()
    await desktop.get_by_label("Labels").fill("host=db1")
    await desktop.get_by_role("button", name="Show").click()
    await expect(rows).to_have_count(1)
    await desktop.get_by_role("link", name="Show all").click()
    await desktop.get_by_role("link", name="Closed", exact=True).click()
    await expect(rows).to_have_count(1)
    await desktop.goto("/alerts?service=nothing+like+that")
    await expect(desktop.get_by_text("No service has this name.")).to_be_visible()
    await desktop.goto("/alerts?q=nobody+said+that&status=all")
    await expect(desktop.get_by_role("heading", name="No alert meets the filter")).to_be_visible()
    await no_complaints(desktop)


async def test_many_are_acknowledged_at_once(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto("/alerts?status=triggered")
    await desktop.get_by_label("All alerts on this page").check()
    await desktop.get_by_role("button", name="Acknowledge").click()
    await expect(desktop.get_by_text("3 alerts acknowledged.")).to_be_visible()
    assert await make.pool.fetchval("select count(*) from alerts where status = 'triggered'") == 0


async def test_closing_many_asks_first(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto("/alerts?status=open")
    await desktop.locator(".alert-row", has_text="Certificate").get_by_role("checkbox").check()
    await desktop.get_by_role("button", name="Close", exact=True).click()
    await expect(desktop.get_by_role("dialog")).to_contain_text("Close 1 alert?")
    await desktop.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert await make.pool.fetchval("select count(*) from alerts where status = 'closed'") == 1
    await desktop.get_by_role("button", name="Close", exact=True).click()
    await desktop.get_by_role("dialog").get_by_role("button", name="Close them").click()
    await expect(desktop.get_by_text("1 alert closed.")).to_be_visible()


async def test_one_alert_tells_all_about_it(desktop: Page, scene: Scene) -> None:
    await desktop.goto(f"/alerts/{scene.number}")
    await expect(desktop.get_by_role("heading", level=1)).to_have_text("Checkout answers 5xx to one request in five")
    await expect(desktop.locator(".policy-steps .here")).to_contain_text("Payments primary")
    await expect(desktop.locator(".policy-steps .here")).to_contain_text("Ann Archer")
    await expect(desktop.locator(".page-row", has_text="Ann Archer")).to_contain_text("sent")
    await expect(desktop.locator(".forecast-moments")).to_contain_text("Step 2: Ben Baker")
    await no_complaints(desktop)
    await screenshot(desktop, "alert")


DETAILS = """## Checkout answers 5xx

**Orders are lost** on `web-3`, see [the runbook](https://wiki.example.org/checkout).

| instance | requests | errors |
|---|--:|--:|
| web-3.fra.example.org:9090 | 1,204 | 241 |
| web-4.fra.example.org:9090 | 1,190 | 3 |

- drain the node
- restart the pool

1. look at https://grafana.example.org/d/checkout?orgId=1&from=now-1h&viewPanel=12
2. call somebody

web-3   CPU  94 %
web-4   CPU   3 %

```
$ systemctl restart checkout
```
"""


async def test_details_fit_the_screen_of_a_phone(phone: Page, scene: Scene, make: Factory) -> None:
    await make.pool.execute("update alerts set details = $1 where id = $2", DETAILS, scene.number)
    await phone.goto(f"/alerts/{scene.number}")
    await expect(phone.locator(".details table")).to_contain_text("web-3.fra.example.org")
    await expect(phone.get_by_role("link", name="the runbook")).to_be_visible()
    await no_complaints(phone)


async def test_a_thumb_acknowledges_and_everything_follows(phone: Page, scene: Scene, make: Factory) -> None:
    await phone.goto(f"/alerts/{scene.number}")
    button = phone.get_by_role("button", name="Acknowledge")
    box = await button.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    assert box["y"] + box["height"] < 844, "the button must be on the first screen"
    await no_complaints(phone)
    await phone.evaluate("window.notReloaded = true")
    await button.tap()
    await expect(phone.get_by_text("Ann Archer has it")).to_be_visible()
    await expect(button).to_have_count(0)
    assert await phone.evaluate("window.notReloaded")
    assert await make.pool.fetchval("select status from alerts where id = $1", scene.number) == "acknowledged"
    await no_complaints(phone)
    await screenshot(phone, "alert-taken")


async def test_two_quick_taps_acknowledge_and_do_not_close(phone: Page, scene: Scene, make: Factory) -> None:
    await phone.goto(f"/alerts/{scene.number}")
    box = await box_of(phone.get_by_role("button", name="Acknowledge"))
    for y in (box["y"] + 4, box["y"] + box["height"] / 2, box["y"] + box["height"] - 4):
        await make.pool.execute("update alerts set status = 'triggered' where id = $1", scene.number)
        await phone.reload()
        await phone.touchscreen.tap(box["x"] + box["width"] - 4, y)
        await phone.wait_for_timeout(250)
        await phone.touchscreen.tap(box["x"] + box["width"] - 4, y)
        await expect(phone.get_by_text("Ann Archer has it")).to_be_visible()
        close = await box_of(phone.get_by_role("button", name="Close"))
        assert close["y"] >= box["y"] + box["height"], "Close never stands where Acknowledge stood"
    assert await make.pool.fetchval("select status from alerts where id = $1", scene.number) == "acknowledged"


async def test_close_comes_under_the_thumb_once_it_is_acknowledged(phone: Page, scene: Scene) -> None:
    await phone.goto(f"/alerts/{scene.number}")
    await phone.get_by_role("button", name="Acknowledge").tap()
    await expect(phone.get_by_text("Ann Archer has it")).to_be_visible()
    close = await box_of(phone.get_by_role("button", name="Close"))
    assert (close["width"] > 350, close["height"] >= 56) == (True, True), close
    bar = await box_of(phone.locator(".alert-actions"))
    assert close["y"] + close["height"] / 2 > bar["y"] + bar["height"] / 2, "it is the lowest row of the bar"
    await expect(phone.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)


async def test_an_undo_is_offered_for_ten_seconds(phone: Page, scene: Scene, make: Factory) -> None:
    await phone.goto(f"/alerts/{scene.number}")
    await phone.get_by_role("button", name="Acknowledge").tap()
    undo = phone.get_by_role("button", name=re.compile("^Undo"))
    await expect(undo).to_have_text(re.compile(r"Undo: it is not mine\d+ s"))
    await no_complaints(phone)
    await make.pool.execute("update alert_logs set at = at - interval '9 s'")
    await make.pool.execute("update alerts set acknowledged_at = acknowledged_at - interval '9 s'")
    await phone.reload()
    await expect(undo).to_have_count(0)  # by itself, without another look at the server
    await phone.get_by_role("button", name="Close").tap()
    await undo.tap()
    await expect(phone.get_by_text(re.compile("Undone: raised again as #"))).to_be_visible()
    await expect(phone.get_by_text("Ann Archer has it")).to_be_visible()


async def test_buttons_that_have_just_come_rest(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto(f"/alerts/{scene.number}")
    await desktop.evaluate(IMPATIENCE)
    await desktop.get_by_role("button", name="Acknowledge").click()
    await expect(desktop.get_by_text("Ann Archer has it")).to_be_visible()
    assert await make.pool.fetchval("select status from alerts where id = $1", scene.number) == "acknowledged"
    await desktop.get_by_role("button", name="Close").click()
    await expect(desktop.get_by_text("Closed now.")).to_be_visible()


async def test_every_item_of_a_menu_is_on_the_screen(phone: Page, scene: Scene) -> None:
    await phone.goto(f"/alerts/{scene.number}")
    await menus_are_on_the_screen(phone)
    await phone.get_by_role("button", name="Acknowledge").tap()
    await expect(phone.get_by_text("Ann Archer has it")).to_be_visible()
    await menus_are_on_the_screen(phone)


async def test_two_quick_taps_open_a_menu_and_choose_nothing(phone: Page, scene: Scene) -> None:
    await phone.goto(f"/alerts/{scene.number}")
    await phone.evaluate(
        "document.addEventListener('toggle',"
        " () => document.querySelector('.action-menu[open] .row-button').click(), true)"
    )
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.method))
    await phone.get_by_text("Snooze", exact=True).tap()
    await phone.get_by_role("button", name="15 minutes").tap(trial=True)
    assert "POST" not in sent


async def menus_are_on_the_screen(phone: Page) -> None:
    for name in ("Snooze", "Escalate"):
        menu = phone.locator("details.action-menu", has_text=name)
        await menu.locator("summary").tap()
        items = menu.locator(".row-button")
        await expect(items.first).to_be_visible()
        for item in await items.all():
            await expect(item).to_be_in_viewport(ratio=1)
        await phone.keyboard.press("Escape")
        await expect(items.first).to_be_hidden()


async def test_a_page_that_refreshes_itself_tells_nothing_twice(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto(f"/alerts/{scene.number}")
    await desktop.locator("html[data-streaming]").wait_for()
    notice = {"name": "tocsin_notice", "value": quote('{"text": "Done.", "kind": "good"}'), "url": desktop.url}
    await desktop.context.add_cookies([notice])  # its answer is on its way
    async with desktop.expect_response(lambda answer: answer.request.headers.get("hx-target") == "alert"):
        await make.pool.execute("insert into alert_logs (alert_id, event) values ($1, 'closed')", scene.number)
    await expect(desktop.locator(".timeline-list")).to_contain_text("Closed")
    await expect(desktop.locator(".notices .note")).to_have_count(0)
    await desktop.reload()
    await expect(desktop.locator(".notices .note")).to_have_text("Done.")


async def test_a_double_click_acknowledges_and_does_not_close(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto(f"/alerts/{scene.number}")
    await desktop.get_by_role("button", name="Acknowledge").click()
    await expect(desktop.get_by_text("Ann Archer has it")).to_be_visible()
    box = await desktop.get_by_role("button", name="Close").bounding_box()
    assert box is not None
    sent: list[str] = []
    desktop.on("request", lambda request: sent.append(request.method))
    await desktop.mouse.move(box["x"] + 20, box["y"] + 20)
    await desktop.mouse.down(click_count=2)
    await desktop.mouse.up(click_count=2)
    await desktop.reload()
    await expect(desktop.get_by_text("Ann Archer has it")).to_be_visible()
    assert "POST" not in sent


async def test_snoozing_and_escalating_by_choice(phone: Page, scene: Scene, make: Factory) -> None:
    await phone.goto(f"/alerts/{scene.number}")
    await phone.get_by_text("Snooze", exact=True).tap()
    await phone.get_by_role("button", name="1 hour").tap()
    await expect(phone.get_by_text("Ann Archer has it until")).to_be_visible()

    async def is_up_to_date() -> bool:
        version = await make.pool.fetchval(
            "select version from escalation_policy_state where alert_id = $1 and state = 'acknowledged'", scene.number
        )
        return bool(await phone.locator("input[name=version]").input_value() == str(version))

    await eventually(is_up_to_date)
    await phone.get_by_text("Escalate", exact=True).tap()
    await phone.get_by_role("button", name="To step 3: Cid Castor").tap()

    async def is_there() -> bool:
        step = "select step_number from escalation_policy_state where alert_id = $1"
        return bool(await make.pool.fetchval(step, scene.number) == 2)

    await eventually(is_there)
    await expect(phone.locator(".policy-steps .here")).to_contain_text("Cid Castor")
    await no_complaints(phone)


async def test_two_browsers_see_each_other_act(open_page: Opener, scene: Scene) -> None:
    anns, bens = await open_page(scene.ann), await open_page(scene.ben, "phone")
    for page in (anns, bens):
        await page.goto(f"/alerts/{scene.number}")
        await page.locator("html[data-streaming]").wait_for()
    await bens.get_by_role("button", name="Acknowledge").tap()
    await expect(anns.get_by_text("Ben Baker has it")).to_be_visible(timeout=3000)
    await anns.get_by_role("button", name="Close").click()
    await expect(bens.get_by_text("Closed now.")).to_be_visible(timeout=3000)
    await expect(bens.locator(".alert-actions")).to_have_count(0)


async def test_what_is_too_late_is_told(open_page: Opener, scene: Scene, make: Factory) -> None:
    page = await open_page(scene.ben, java_script=False)
    await page.goto(f"/alerts/{scene.number}")
    await make.pool.execute("update alerts set status = 'closed', closed_at = now() where id = $1", scene.number)
    open_page.forgive("409")
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(page.get_by_text("Not done. The alert is closed.")).to_be_visible()


async def test_a_session_that_ends_is_taken_up_where_it_was(open_page: Opener, scene: Scene, make: Factory) -> None:
    page = await open_page(scene.ann)
    await page.goto(f"/alerts/{scene.number}")
    await make.pool.execute("delete from sessions")
    await set_password(make, scene.ann)
    open_page.forgive("401")
    await page.get_by_role("button", name="Acknowledge").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Email").fill(scene.ann.email)
    await dialog.get_by_label("Password").fill("wrong")
    await dialog.get_by_role("button", name="Sign in").click()
    await expect(dialog.get_by_text("Email or password is wrong.")).to_be_visible()
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Ann Archer has it")).to_be_visible()


async def test_without_scripts_a_form_outlives_its_session(open_page: Opener, scene: Scene, make: Factory) -> None:
    page = await open_page(scene.ann, "phone", java_script=False)
    await page.goto(f"/alerts/{scene.number}")
    await make.pool.execute("delete from sessions")
    await set_password(make, scene.ann)
    open_page.forgive("401")
    await page.get_by_role("button", name="Acknowledge").tap()
    await page.get_by_label("Email").fill(scene.ann.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").tap()
    await expect(page.get_by_text("Ann Archer has it")).to_be_visible()


async def test_the_star_makes_a_favourite_that_the_list_narrows_to(desktop: Page, scene: Scene) -> None:
    await desktop.goto(f"/alerts/{scene.number}")
    star = desktop.get_by_role("button", name="Checkout: one of my favourites")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "true")
    await desktop.goto("/alerts?favourites=yes")
    await expect(desktop.locator(".alert-row")).to_have_count(2)
    await desktop.goto(f"/alerts/{scene.number}")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "false")
