"""Pages through Apprise, which speaks to a hundred services behind one kind of URL.

What an alert's text holds cannot become markup, for services that want HTML or Markdown get it escaped; links arrive
byte for byte. The services turn bare links into links themselves.
"""

import asyncio
import logging
import re
import threading
import warnings
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType
from apprise.conversion import convert_between

from tocsin.channels.apprise.answers import asked_wait, forget
from tocsin.channels.apprise.guard import allowed_parts
from tocsin.channels.apprise.threads import Crowded, Threads
from tocsin.channels.kit.rendering import subject, text
from tocsin.channels.page import Destination, Page, Receipt
from tocsin.errors import DeliveryFailed

MOST_PER_HOST = 128  # messages whose plugin has not ended; the engine sends half as many at the same time

# A link in text, up to what could end it in Markdown or begin markup there.
_LINK = re.compile(r"(https?://[^\s<>()\[\]{}\"'`*|\\]+)")


def _silence(*names: str) -> None:
    """Keep whole URLs, and so credentials, out of our log: let these loggers and all below them make no records.

    None is passed on either, if a level is set later.
    """
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        if not logger.handlers:  # without any, logging falls back to stderr
            logger.addHandler(logging.NullHandler())


_convert: Callable[[NotifyFormat, NotifyFormat, str], str] = convert_between

_silence("apprise", "urllib3")
warnings.filterwarnings("ignore", "SOCKS support in urllib3")  # which some plugin asks for, and does without


class AppriseSender:
    """Hands pages to Apprise, each on a thread of its own: Apprise's are few, and a host that hangs would take all.

    ``timeout`` bounds how long a send is waited for. A plugin's thread cannot be stopped: after the time it is
    left to end by its own network limits (4 s per connect and read; a URL may raise them up to ``timeout``).
    """

    def __init__(self, timeout: timedelta = timedelta(seconds=20)) -> None:
        self._timeout = timeout
        self._threads = Threads(MOST_PER_HOST)

    async def send(self, destination: Destination, page: Page) -> Receipt:
        """Notify the URL. Raises DeliveryFailed, permanent when Apprise cannot read the URL."""
        host, seconds = _host(destination.address), self._timeout.total_seconds()
        name = "Apprise"
        try:
            service = await self._threads.run(host, partial(_load, destination.address, seconds))
            name = str(service.service_name)
            async with asyncio.timeout(seconds):
                await self._threads.run(host, partial(_notify, service, page))
        except Crowded as error:
            raise DeliveryFailed(f"{name} has not ended {MOST_PER_HOST} earlier messages") from error
        except TimeoutError as error:
            raise DeliveryFailed(f"{name} did not answer within {seconds:g} s") from error
        return Receipt(reference=None)


def load_plugins_soon() -> threading.Thread:
    """Read some URL meanwhile: the first one imports every plugin, and its loop would wait for them."""
    thread = threading.Thread(target=_parse, args=("json://localhost",), name="apprise plugins", daemon=True)
    thread.start()
    return thread


def check_apprise_url(address: str) -> str:
    """Return the URL, trimmed. Raises ValueError, naming no more than its schema, unless Apprise reads it.

    Raises ValueError naming the parameter, too, when it has one that is not allowed.
    """
    _parse(address)
    return address.strip()


def _load(address: str, longest: float) -> NotifyBase:
    """The URL's service, which waits for the network no longer than ``longest`` seconds, and repeats nothing itself."""
    try:
        service = _parse(address)
    except ValueError as error:
        raise DeliveryFailed(str(error), permanent=True) from error
    service.socket_connect_timeout = min(service.socket_connect_timeout, longest)
    service.socket_read_timeout = min(service.socket_read_timeout, longest)
    service.retry = 0
    return service


def _notify(service: NotifyBase, page: Page) -> None:
    """Send on the thread that calls. Raises DeliveryFailed without the error's text, which may hold the URL."""
    title, body, body_format = _message(service, page)
    forget()
    try:
        accepted = service.notify(title=title, body=body, body_format=body_format, notify_type=_urgency(page))
    except Exception as error:
        raise DeliveryFailed(f"{service.service_name} failed: {type(error).__name__}") from error
    if not accepted:
        raise DeliveryFailed(f"{service.service_name} did not accept the message", retry_after=asked_wait())


def _message(service: NotifyBase, page: Page) -> tuple[str, str, NotifyFormat]:
    """Title and body in the format that they are handed over in. Apprise converts plain text to HTML well."""
    title, body = subject(page), text(page)
    if service.resolve_format(NotifyFormat.TEXT) is not NotifyFormat.MARKDOWN:
        return title, body, NotifyFormat.TEXT
    is_in_body = service.title_maxlen <= 0
    return _markdown(title) if is_in_body else title, _markdown(body), NotifyFormat.MARKDOWN


def _markdown(plain: str) -> str:
    """Text that reads the same in Markdown. Links stay as they are, since many programs do not unescape them."""
    pieces = _LINK.split(plain)  # every second one is a link
    return "".join(piece if odd % 2 else _escaped(piece) for odd, piece in enumerate(pieces))


def _escaped(plain: str) -> str:
    return _convert(NotifyFormat.TEXT, NotifyFormat.MARKDOWN, plain)


def _parse(address: str) -> NotifyBase:
    """The URL's service, made from the very parts that were looked at: the URL is not read a second time.

    A format that it asks for is left out. Our text is plain, which most services take as it is; those that were asked
    for Markdown would look for markup in links.
    """
    parts = allowed_parts(address.strip())
    parts.pop("format", None)
    parts.get("qsd", {}).pop("format", None)
    service = Apprise.instantiate(parts, asset=_asset())
    if service is None:
        raise ValueError(f"'{parts['schema']}://…' is not one URL that Apprise understands")
    return service


def _host(url: str) -> str:
    return re.split("[/?#]", url.strip().partition("://")[2], maxsplit=1)[0].rpartition("@")[2].lower()


def _asset() -> AppriseAsset:
    """Return Apprise's appearance: our name, and no pictures from other people's servers. The time limit is ours.

    A redirect is not followed: it would lead to a host that nobody entered.
    """
    return AppriseAsset(
        app_id="Tocsin",
        app_desc="Tocsin on-call",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        service_timeout=0,
        http_redirects=False,
    )


def _urgency(page: Page) -> NotifyType:
    match page.severity:
        case "critical" | "error":
            return NotifyType.FAILURE
        case "warning":
            return NotifyType.WARNING
        case _:
            return NotifyType.INFO
