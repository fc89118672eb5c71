"""Tocsin as an app: browsers offer to install it, and it says so when it cannot be reached."""

import json

import pytest
from playwright.async_api import Page, expect
from tests.web.browser.conftest import Opener

from tocsin.store.people.users import User

_WORKER = "navigator.serviceWorker.ready.then(registration => registration.active.scriptURL)"


@pytest.fixture
async def phone(open_page: Opener, ann: User) -> Page:
    """A page on a phone in which Ann is signed in, with its service worker."""
    return await open_page(ann, "phone", worker=True)


async def test_it_can_be_installed(phone: Page, base_url: str) -> None:
    await phone.goto("/")
    assert await phone.evaluate(_WORKER) == f"{base_url}/worker.js"
    devtools = await phone.context.new_cdp_session(phone)
    found = await devtools.send("Page.getAppManifest")
    assert (found["url"], found["errors"]) == (f"{base_url}/manifest.webmanifest", [])
    for icon in json.loads(found["data"])["icons"]:
        answer = await phone.request.get(icon["src"])
        assert (answer.status, answer.headers["content-type"]) == (200, icon["type"])
    obstacles = await devtools.send("Page.getInstallabilityErrors")
    assert {one["errorId"] for one in obstacles["installabilityErrors"]} <= {"in-incognito"}  # as all tests are


async def test_it_says_that_it_cannot_be_reached(phone: Page, open_page: Opener) -> None:
    # The last two when a live part was on its way just then.
    for said in ("ERR_INTERNET_DISCONNECTED", "503", "htmx:afterRequest", "htmx:sendError"):
        open_page.forgive(said)
    await phone.goto("/")
    await phone.evaluate(_WORKER)
    await phone.reload()  # now by the worker
    await phone.context.set_offline(True)
    await phone.goto("/alerts")
    await expect(phone.get_by_role("heading", name="Tocsin cannot be reached")).to_be_visible()
    await phone.context.set_offline(False)
    await phone.get_by_role("link", name="Try again").tap()
    await expect(phone.get_by_role("heading", name="Alerts", level=1)).to_be_visible()
