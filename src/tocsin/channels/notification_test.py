"""A test page: sent at once, past the queue and without an alert, to see whether an address works."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tocsin.channels.page import Destination, Page, Sender
from tocsin.errors import DeliveryFailed

SUMMARY = "This is a test page"

_DETAILS = "If you can read this, Tocsin reaches you here."
_NO_SERVICE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a test page. ``text`` is why it failed, or how the other side calls it if it said."""

    is_sent: bool
    text: str | None


async def send_test(
    senders: Mapping[str, Sender], destination: Destination, recipient: str, base_url: str, now: datetime
) -> Delivery:
    """Send one by the sender that pages take, once."""
    try:
        receipt = await senders[destination.type].send(destination, _page(recipient, base_url, now))
    except DeliveryFailed as error:
        return Delivery(False, error.reason)
    return Delivery(True, receipt.reference)


def _page(recipient: str, base_url: str, now: datetime) -> Page:
    page_id = uuid4()
    return Page(
        page_id=page_id,
        idempotency_key=f"test:{page_id}",
        kind="test",
        alert_id=0,
        summary=SUMMARY,
        details=_DETAILS,
        status="test",
        severity="info",
        alert_url=base_url,
        service_id=_NO_SERVICE,
        service_name="Tocsin",
        policy_name="test page",
        step_number=0,
        loop_count=0,
        actions=None,
        recipient=recipient,
        created_at=now,
    )
