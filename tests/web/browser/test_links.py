"""The pages in a real browser, at the size of a phone, by day and by night."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page
from tests.fixtures.factories import Factory, step
from tests.web.conftest import PASSWORD, LinkMaker

PHONE = {"width": 360, "height": 740}
LONG = "disk-is-full-on-" + "a-very-long-host-name-" * 12 + "and the words go on for quite a while too"


@dataclass(slots=True)
class Watched:
    """A page, and what it must not do: complain in its console, or ask anybody else for anything."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(urlsplit(request.url).hostname or request.url))

    async def fits(self) -> None:
        """Nothing is wider than the screen, and every button can be hit with a thumb."""
        await self.page.wait_for_load_state()
        width = await self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        for button in await self.page.get_by_role("button").all():
            box = await button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]


@pytest.fixture(params=["light", "dark"])
async def phone(real_browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Watched]:
    """A page on a phone without JavaScript. It must not complain, nor ask anybody but our server."""
    context: BrowserContext = await real_browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        color_scheme=request.param,
        java_script_enabled=False,
        has_touch=True,
        is_mobile=True,
    )
    watched = Watched(await context.new_page())
    watched.watch()
    yield watched
    await context.close()
    assert watched.complaints == []
    assert set(watched.asked) == {"127.0.0.1"}


async def an_alert(make: Factory) -> int:
    policy = await make.policy(step(await make.user("Ben")))
    alert_id = await make.alert(await make.service(policy, name="service-" * 30), LONG)
    await make.pool.execute("update alerts set details = $1, labels = $2", "x" * 400, {"n" * 200: "v" * 400})
    return alert_id


async def test_one_tap_on_the_link_of_a_page_acknowledges(phone: Watched, make: Factory, links: LinkMaker) -> None:
    alert_id = await an_alert(make)
    await phone.page.goto((await links(alert_id)).acknowledge)
    await phone.fits()
    assert await make.pool.fetchval("select status from alerts") == "triggered"
    button = phone.page.get_by_role("button", name="Acknowledge")
    box = await button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"], "the button must be on the first screen"
    await button.tap()
    await phone.page.get_by_text("It is yours now.").wait_for()
    await phone.fits()
    assert await make.pool.fetchval("select status from alerts") == "acknowledged"


async def test_signing_in_leads_to_the_alert_whose_button_acknowledges(
    phone: Watched, make: Factory, base_url: str
) -> None:
    await make.user("Ann", password=PASSWORD)
    alert_id = await an_alert(make)
    await phone.page.goto(f"{base_url}/alerts/{alert_id}")
    await phone.fits()
    await phone.page.get_by_label("Email").fill("ann@example.org")
    await phone.page.get_by_label("Password").fill(PASSWORD)
    await phone.page.get_by_role("button", name="Sign in").tap()
    await phone.page.wait_for_url(f"{base_url}/alerts/{alert_id}")
    await phone.fits()
    await phone.page.get_by_role("button", name="Acknowledge").tap()
    await phone.page.get_by_text("acknowledged by Ann").wait_for()
    await phone.fits()
    assert await make.pool.fetchval("select status from alerts") == "acknowledged"
    await phone.page.get_by_role("link", name="Tocsin").tap()
    await phone.page.get_by_role("heading", name="Open alerts").wait_for()
    await phone.fits()


async def test_night_and_day_look_different_and_both_can_be_read(phone: Watched, base_url: str) -> None:
    await phone.page.goto(f"{base_url}/sign-in")
    looks = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    text, ground = await phone.page.locator("body").evaluate(looks)
    darkness = {name: sum(map(int, value[4:-1].split(","))) for name, value in (("text", text), ("ground", ground))}
    is_dark = darkness["ground"] < 200
    assert abs(darkness["text"] - darkness["ground"]) > 400
    assert is_dark == await phone.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
