"""All ways out, by the type that contact methods and channels name.

What webhooks and Apprise need is imported when an address of that type is used: as a process starts, if the database
holds one (``in_use``), or else with the first. Apprise and its plugins take 17 MB, the HTTP client 7 MB.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.request import getproxies

from tocsin.channels.email.sender import EmailSender, parse_smtp_url
from tocsin.channels.kit.addresses import check_email, check_url
from tocsin.channels.page import Destination, Page, Receipt, Sender
from tocsin.errors import DeliveryFailed

if TYPE_CHECKING:
    import aiohttp


def _check_apprise_url(address: str) -> str:
    from tocsin.channels.apprise.sender import check_apprise_url

    return check_apprise_url(address)


_CHECKS = {"webhook": check_url, "email": check_email, "apprise": _check_apprise_url}

CHANNEL_TYPES: tuple[str, ...] = tuple(_CHECKS)


@asynccontextmanager
async def open_senders(smtp_url: str | None, in_use: Collection[str] = ()) -> AsyncIterator[Mapping[str, Sender]]:
    """Yield one sender per type, ready to use at the same time from many tasks; those of ``in_use`` without delay.

    Raises ConfigurationError when ``smtp_url`` is wrong.
    """
    email: Sender = EmailSender(parse_smtp_url(smtp_url)) if smtp_url else _NoEmail()
    async with AsyncExitStack() as stack:

        async def webhook() -> Sender:
            await asyncio.to_thread(import_module, "tocsin.channels.webhook.sender")
            from tocsin.channels.webhook.sender import WebhookSender

            return WebhookSender(await stack.enter_async_context(http_client()))

        later = {"webhook": _WhenUsed(webhook), "apprise": _WhenUsed(_apprise)}
        for name in later.keys() & set(in_use):
            await later[name].ready()
        yield {"email": email, **later}


async def _apprise() -> Sender:
    await load_apprise()
    from tocsin.channels.apprise.sender import AppriseSender

    return AppriseSender()


async def load_apprise() -> None:
    """Import Apprise with its plugins on a thread, unless that is done: the event loop would wait for it."""

    def load() -> None:
        from tocsin.channels.apprise.sender import load_plugins_soon

        load_plugins_soon().join()

    await asyncio.to_thread(load)


@dataclass(slots=True)
class _WhenUsed:
    """A way out that ``make`` makes ready for its first page."""

    make: Callable[[], Awaitable[Sender]]
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)
    _made: Sender | None = None

    async def ready(self) -> Sender:
        async with self._making:
            if self._made is None:
                self._made = await self.make()
            return self._made

    async def send(self, destination: Destination, page: Page) -> Receipt:
        sender = self._made or await self.ready()
        return await sender.send(destination, page)


def check_address(type: str, address: str) -> str:  # noqa: A002 - the word of the API
    """Return the address as it is to be stored. Raises ValueError with a sentence that quotes what is wrong.

    Parts that may be credentials are not quoted. Nothing is looked up or connected to.
    """
    check = _CHECKS.get(type)
    if check is None:
        raise ValueError(f"'{type}' is not one of {', '.join(CHANNEL_TYPES)}")
    return check(address)


class _NoEmail:
    """Stands where email would be when no server is configured."""

    async def send(self, destination: Destination, page: Page) -> Receipt:
        raise DeliveryFailed("no SMTP server is configured (TOCSIN_SMTP_URL)", permanent=True)


def http_client() -> "aiohttp.ClientSession":
    """Return a client that keeps no cookies and has no limit on connections.

    With the usual limit of 100, that many hanging receivers would hold up the pages of everybody else. The
    engine bounds how many sends run at once. A connection is kept for less time than servers are known to keep it:
    one that is being closed as a page goes out would cost the page a retry. The environment is looked at for a proxy
    only if it names one: aiohttp does so, and reads ~/.netrc, in a thread for each request.
    """
    import aiohttp

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        trust_env=bool(getproxies()),
    )
