"""Pages through Apprise, which speaks to a hundred services behind one kind of URL.

The body is plain text: Apprise escapes it for services that want HTML or Markdown, so an alert's summary
cannot become markup, and the services turn bare links into links themselves.
"""

import asyncio
import re
import threading
import warnings
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.plugins import url_to_dict

from tocsin.channels.page import Destination, Page, Receipt
from tocsin.channels.quiet import silence
from tocsin.channels.rendering import subject, text
from tocsin.channels.threads import Crowded, Threads
from tocsin.errors import DeliveryFailed

MOST_PER_HOST = 128  # messages whose plugin has not ended; the engine sends half as many at the same time

# Parameters by which plugins read files of the machine that they run on. What others call a template is a name.
_FILES = {"keyfile", "subfile", "pgppub", "pgpprv"}
_TEMPLATE_IS_FILE = {"discord", "slack", "tgram", "workflow", "workflows"}

_parts_of: Callable[[str], Mapping[str, Any] | None] = url_to_dict

silence("apprise", "urllib3")
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
            target = await self._threads.run(host, partial(_load, destination.address, seconds))
            name = str(target[0].service_name)
            async with asyncio.timeout(seconds):
                accepted = await self._threads.run(host, partial(_notify, target, page))
        except Crowded as error:
            raise DeliveryFailed(f"{name} has not ended {MOST_PER_HOST} earlier messages") from error
        except TimeoutError as error:
            raise DeliveryFailed(f"{name} did not answer within {seconds:g} s") from error
        if not accepted:
            raise DeliveryFailed(f"{name} did not accept the message")
        return Receipt(reference=None)


def load_plugins_soon() -> threading.Thread:
    """Read some URL meanwhile: the first one imports every plugin, and its loop would wait for them."""
    thread = threading.Thread(target=_parse, args=("json://localhost",), name="apprise plugins", daemon=True)
    thread.start()
    return thread


def check_apprise_url(address: str) -> str:
    """Return the URL, trimmed. Raises ValueError, naming no more than its scheme, unless Apprise reads it.

    Raises ValueError naming the parameter, too, when one would make Apprise read a file of this machine.
    """
    _parse(address)
    return address.strip()


def _load(address: str, longest: float) -> Apprise:
    """The URL's service, which waits for the network no longer than ``longest`` seconds, and repeats nothing itself."""
    try:
        target = _parse(address)
    except ValueError as error:
        raise DeliveryFailed(str(error), permanent=True) from error
    service = target[0]
    service.socket_connect_timeout = min(service.socket_connect_timeout, longest)
    service.socket_read_timeout = min(service.socket_read_timeout, longest)
    service.retry = 0
    return target


def _notify(target: Apprise, page: Page) -> bool:
    """Send on the thread that calls: with a time limit Apprise would use its own."""
    return bool(
        target.notify(
            title=subject(page), body=text(page), body_format=NotifyFormat.TEXT, notify_type=_urgency(page), timeout=0
        )
    )


def _parse(address: str) -> Apprise:
    url = address.strip()
    target = Apprise(asset=_asset())
    if url.isprintable() and (parameter := _file_parameter(url)):
        raise ValueError(f"'{_scheme_only(url)}' may not have {parameter}=, which reads files of the Tocsin host")
    if not url.isprintable() or not target.add(url) or len(target) != 1:
        raise ValueError(f"'{_scheme_only(url)}' is not one URL that Apprise understands")
    return target


def _file_parameter(url: str) -> str | None:
    parts = _parts_of(url) or {}
    files = _FILES | ({"template"} if parts.get("schema") in _TEMPLATE_IS_FILE else set())
    return min(files & set(parts.get("qsd", ())), default=None)


def _host(url: str) -> str:
    return re.split("[/?#]", url.strip().partition("://")[2], maxsplit=1)[0].rpartition("@")[2].lower()


def _scheme_only(url: str) -> str:
    scheme, separator, _ = url.partition("://")
    return f"{scheme}://…" if separator and scheme.isalnum() and len(scheme) <= 20 else "…"


def _asset() -> AppriseAsset:
    """Return Apprise's appearance: our name, and no pictures from other people's servers. The time limit is ours."""
    return AppriseAsset(
        app_id="Tocsin",
        app_desc="Tocsin on-call",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        service_timeout=0,
    )


def _urgency(page: Page) -> NotifyType:
    match page.severity:
        case "critical" | "error":
            return NotifyType.FAILURE
        case "warning":
            return NotifyType.WARNING
        case _:
            return NotifyType.INFO
