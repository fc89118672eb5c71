"""A real browser on the real server, for the tests of pages.

`desktop` and `phone` are pages in which Ann, an administrator, is signed in; `open_page` opens more, for anybody. Paths
are those of the server under test: ``await desktop.goto("/alerts")``. At the end of a test nothing may stand in the
console of any page, and no request may have left the host.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory
from tests.web.browser.looking import SIZES, Device, Watched
from tests.web.browser.scene import Scene, set_up

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.db.pool import Pool
from tocsin.engine.runner import Engine
from tocsin.store.actor import acting
from tocsin.store.people import sessions
from tocsin.store.people.sessions import SignInClient
from tocsin.store.people.users import User

_PATIENCE_MS = 30_000  # the machine may be busy
_BLOCKED = "Service Worker registration blocked by Playwright"

expect.set_options(timeout=_PATIENCE_MS)


@dataclass(slots=True)
class Opener:
    """Opens pages, signed in or not, and looks after them."""

    browser: Browser
    base_url: str
    pool: Pool
    opened: list[Watched] = field(default_factory=list)

    async def __call__(
        self,
        user: User | None = None,
        device: Device = "desktop",
        *,
        java_script: bool = True,
        time_zone: str = "Europe/Berlin",
        worker: bool = False,
    ) -> Page:
        """A page of its own browser profile; nobody is signed in when ``user`` is None.

        Without ``worker`` the browser starts no service worker for it, which takes as long as a page does.
        """
        context = await self.browser.new_context(
            base_url=self.base_url,
            viewport=SIZES[device],
            has_touch=device == "phone",
            is_mobile=device == "phone",
            java_script_enabled=java_script,
            timezone_id=time_zone,
            reduced_motion="reduce",  # or a page is still scrolling when it is looked at
            locale="en-GB",
            service_workers="allow" if worker else "block",
        )
        context.set_default_timeout(_PATIENCE_MS)
        if user is not None:
            secret = await self.session(user)
            await context.add_cookies([{"name": "tocsin_session", "value": secret, "url": self.base_url}])
        watched = Watched(await context.new_page(), forgiven=[] if worker else [_BLOCKED])
        watched.watch()
        self.opened.append(watched)
        return watched.page

    async def session(self, user: User) -> str:
        """The cookie of a session of theirs."""
        async with acting(self.pool, TESTER) as connection:
            return await sessions.create(connection, user.id, SignInClient("127.0.0.1"), timedelta(days=1))

    def forgive(self, text: str) -> None:
        """Let every page say this in its console: an answer 409 or 401, which browsers report there, may be meant."""
        for watched in self.opened:
            watched.forgiven.append(text)


@pytest.fixture
def _function_scoped_runner(_session_scoped_runner: asyncio.Runner) -> asyncio.Runner:
    """pytest-asyncio's runner of a test and its fixtures: here the one of the browser, which outlives them."""
    return _session_scoped_runner


@pytest.fixture
async def open_page(real_browser: Browser, base_url: str, pool: Pool) -> AsyncIterator[Opener]:
    """Opens pages: ``await open_page(ann, "phone")``."""
    opener = Opener(real_browser, base_url, pool)
    yield opener
    for watched in opener.opened:
        await watched.page.context.close()
    for watched in opener.opened:
        watched.check()


@pytest.fixture
async def ann(make: Factory) -> User:
    """An administrator who can be paged."""
    user = await make.user("Ann Archer", role="admin")
    await make.rule(await make.contact_method(user))
    return user


@pytest.fixture
async def desktop(open_page: Opener, ann: User) -> Page:
    """A wide page in which Ann is signed in."""
    return await open_page(ann)


@pytest.fixture
async def phone(open_page: Opener, ann: User) -> Page:
    """A page on a phone in which Ann is signed in."""
    return await open_page(ann, "phone")


@pytest.fixture
async def scene(make: Factory, ann: User, engine: Engine) -> AsyncIterator[Scene]:
    """An organisation with an engine at work, where an alert pages Ann."""
    async with WebhookReceiver() as receiver:
        yield await set_up(make, ann, receiver.url)
