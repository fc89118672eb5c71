"""Pages through Apprise, which speaks to a hundred services behind one kind of URL.

The body is plain text: Apprise escapes it for services that want HTML or Markdown, so an alert's summary
cannot become markup, and the services turn bare links into links themselves.
"""

import asyncio
from datetime import timedelta

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from tocsin.channels.page import Destination, Page, Receipt
from tocsin.channels.quiet import silence
from tocsin.channels.rendering import subject, text
from tocsin.errors import DeliveryFailed

GRACE = timedelta(seconds=2)

silence("apprise", "urllib3")


class AppriseSender:
    """Hands pages to Apprise, whose plugins run on its own threads.

    ``timeout`` bounds how long a send is waited for. A plugin's thread cannot be stopped: after the time it is
    left to end by its own network limits (4 s per connect and read unless the URL says otherwise).
    """

    def __init__(self, timeout: timedelta = timedelta(seconds=20)) -> None:
        self._timeout = timeout

    async def send(self, destination: Destination, page: Page) -> Receipt:
        """Notify the URL. Raises DeliveryFailed, permanent when Apprise cannot read the URL."""
        target = await asyncio.to_thread(_load, destination.address)  # the first call imports every plugin
        name = str(target[0].service_name)
        seconds = self._timeout.total_seconds()
        try:
            async with asyncio.timeout((self._timeout + GRACE).total_seconds()):
                accepted = await target.async_notify(
                    title=subject(page),
                    body=text(page),
                    body_format=NotifyFormat.TEXT,
                    notify_type=_urgency(page),
                    timeout=seconds,
                )
        except TimeoutError as error:
            raise DeliveryFailed(f"{name} did not answer within {seconds:g} s") from error
        if not accepted:
            raise DeliveryFailed(f"{name} did not accept the message")
        return Receipt(reference=None)


def check_apprise_url(address: str) -> str:
    """Return the URL, trimmed. Raises ValueError, naming no more than its scheme, unless Apprise reads it."""
    _parse(address)
    return address.strip()


def _load(address: str) -> Apprise:
    try:
        return _parse(address)
    except ValueError as error:
        raise DeliveryFailed(str(error), permanent=True) from error


def _parse(address: str) -> Apprise:
    url = address.strip()
    target = Apprise(asset=_asset())
    if not url.isprintable() or not target.add(url) or len(target) != 1:
        raise ValueError(f"'{_scheme_only(url)}' is not one URL that Apprise understands")
    return target


def _scheme_only(url: str) -> str:
    scheme, separator, _ = url.partition("://")
    return f"{scheme}://…" if separator and scheme.isalnum() and len(scheme) <= 20 else "…"


def _asset() -> AppriseAsset:
    """Return Apprise's appearance: our name, and no pictures from other people's servers."""
    return AppriseAsset(app_id="Tocsin", app_desc="Tocsin on-call", app_url="", image_url_mask="", image_url_logo="")


def _urgency(page: Page) -> NotifyType:
    match page.severity:
        case "critical" | "error":
            return NotifyType.FAILURE
        case "warning":
            return NotifyType.WARNING
        case _:
            return NotifyType.INFO
