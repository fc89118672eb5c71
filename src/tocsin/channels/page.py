"""What every way out of Tocsin is given, and what it gives back.

A sender gets a complete page: it reads no database and builds no link. The engine claims the page before the
send and records the outcome after it, so a send may happen twice but is never lost; a receiver that wants to
act once compares ``idempotency_key``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actions:
    """Absolute signed URLs that act on the alert without a login."""

    acknowledge: str
    close: str
    escalate: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a page's links let act: a user, or a channel when ``user_id`` is None.

    ``destination_id`` is the contact method or channel that the page goes to. ``is_guest``: the user may act on the
    alert because they are paged for it, not as a member of its service's team.
    """

    user_id: UUID | None
    name: str
    destination_id: UUID | None = None
    is_guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One message to one contact method or channel.

    ``step_number`` and ``loop_count`` count from 0. ``created_at`` is when the alert was created, in UTC.
    ``recipient`` is the name of the user or channel. A page to a channel may have no ``actions``.

    Kind ``engine`` tells the operators about Tocsin itself and belongs to no alert: ``alert_id`` is 0, ``alert_url`` is
    where Tocsin tells more, and ``status`` is sick, well or quarantine. Kind ``test`` may belong to no alert either.
    """

    page_id: UUID
    idempotency_key: str
    kind: Literal["alert", "test", "engine"]
    alert_id: int
    summary: str
    details: str
    status: str
    severity: str
    alert_url: str
    service_id: UUID
    service_name: str
    policy_name: str
    step_number: int
    loop_count: int
    actions: Actions | None
    recipient: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a page goes. ``secret`` signs webhooks; an address may hold credentials, so neither is shown."""

    type: str
    address: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message was accepted; ``reference`` is how the other side calls it, when it says so."""

    reference: str | None


class Sender(Protocol):
    """One way out."""

    async def send(self, destination: Destination, page: Page) -> Receipt:
        """Return once the other side has accepted the page. Raises DeliveryFailed when it did not."""
        ...
