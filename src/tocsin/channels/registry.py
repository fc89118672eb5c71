"""All ways out, by the type that contact methods and channels name."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.request import getproxies

import aiohttp

from tocsin.channels.addresses import check_email, check_url
from tocsin.channels.apprise import AppriseSender, check_apprise_url
from tocsin.channels.email import EmailSender, parse_smtp_url
from tocsin.channels.page import Destination, Page, Receipt, Sender
from tocsin.channels.webhook import WebhookSender
from tocsin.errors import DeliveryFailed

_CHECKS = {"webhook": check_url, "email": check_email, "apprise": check_apprise_url}

CHANNEL_TYPES: tuple[str, ...] = tuple(_CHECKS)


@asynccontextmanager
async def open_senders(smtp_url: str | None) -> AsyncIterator[Mapping[str, Sender]]:
    """Yield one sender per type, ready to use at the same time from many tasks.

    Raises ConfigurationError when ``smtp_url`` is wrong.
    """
    email: Sender = EmailSender(parse_smtp_url(smtp_url)) if smtp_url else _NoEmail()
    async with http_client() as client:
        yield {"webhook": WebhookSender(client), "email": email, "apprise": AppriseSender()}


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


def http_client() -> aiohttp.ClientSession:
    """Return a client that keeps no cookies and has no limit on connections.

    With the usual limit of 100, that many hanging receivers would hold up the pages of everybody else. The
    engine bounds how many sends run at once. A connection is kept for less time than servers are known to keep it:
    one that is being closed as a page goes out would cost the page a retry. The environment is looked at for a proxy
    only if it names one: aiohttp does so, and reads ~/.netrc, in a thread for each request.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        trust_env=bool(getproxies()),
    )
