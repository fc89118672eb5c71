"""Looking at a page: does it complain, can everybody use it, and how does it look."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page
from tests.web.browser import pictures

ROOT = Path(__file__).resolve().parents[3]
IMAGES = ROOT / "docs" / "images" / "pages"

Device: TypeAlias = Literal["desktop", "phone"]

SIZES: dict[Device, Any] = {"desktop": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 844}}
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SERIOUS = ("serious", "critical")


@dataclass(eq=False, slots=True)
class Watched:
    """What a page said in its console, and whom it asked for anything. ``forgiven`` are parts of what it may say."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    forgiven: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self._hear("error", str(error)))
        self.page.on("request", lambda request: self.asked.add(urlsplit(request.url).hostname or request.url))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def check(self) -> None:
        """Nothing in the console that is not forgiven, and no request that left the host."""
        said = [text for text in self.complaints if not any(part in text for part in self.forgiven)]
        assert not said, f"{self.page.url} complained: {said}"
        assert self.asked <= {"127.0.0.1"}, f"{self.page.url} asked {self.asked}"


@cache
def _axe() -> str:
    path = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.skip("no axe-core: python frontend/build.py brings it")
    return path.read_text(encoding="utf-8")


async def no_complaints(page: Page) -> None:
    """Nothing serious for axe by day and by night (WCAG 2.2 AA), and nothing wider than the screen."""
    await page.wait_for_load_state()  # a click returns before the page that it leads to has a body
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], f"the page is {width[0]} px wide on a screen of {width[1]}"
    await page.evaluate(_axe())
    await page.evaluate("scrollTo(0, 0)")  # elsewhere whatever is half below the bar would count as too small
    for scheme, rules in zip(SCHEMES, (_RULES, ["color-contrast"]), strict=True):  # only colours change at night
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = await page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", rules)
        told = _told(found["violations"])
        assert not told, f"{page.url} by {scheme}: " + "\n".join(told)


def _told(violations: Sequence[Any]) -> Sequence[str]:
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in violations
        if one["impact"] in _SERIOUS
        for node in one["nodes"][:3]
    ]


async def screenshot(page: Page, name: str) -> None:
    """Keep how the page looks, by day and by night, on a desk and on a phone, when TOCSIN_SCREENSHOTS is set.

    The pictures are docs/images/pages/<name>-<light or dark>-<desktop or phone>.png. Each shows the first screen; with
    ``TOCSIN_SCREENSHOTS=full`` the whole page.
    """
    wanted = os.environ.get("TOCSIN_SCREENSHOTS")
    if not wanted:
        return
    IMAGES.mkdir(parents=True, exist_ok=True)
    await page.wait_for_load_state()
    before = page.viewport_size
    for device, size in SIZES.items():
        await page.set_viewport_size(size)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await page.evaluate("scrollTo(0, 0)")
            pictures.keep(await page.screenshot(full_page=wanted == "full"), IMAGES / f"{name}-{scheme}-{device}.png")
    await page.emulate_media(color_scheme="light")
    if before:
        await page.set_viewport_size(before)
