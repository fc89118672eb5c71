"""The headers that keep a page to itself."""

import re

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import LinkMaker, an_alert


async def test_every_page_keeps_to_itself(browser: AsyncClient, make: Factory, links: LinkMaker) -> None:
    alert_id = await an_alert(make)
    for url in ("/", f"/alerts/{alert_id}", "/sign-in", (await links(alert_id)).acknowledge, "/act/x", "/nothing"):
        page = await browser.get(url, headers={"Accept": "text/html"})
        policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
        assert policy == {
            "default-src": "'self'",
            "img-src": "'self' data:",
            "object-src": "'none'",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|https?://", page.text)
