"""Test pages: whether a contact method or channel works, found out at once.

A page that belongs to an alert goes through the engine and its queue. A test page has no alert: the web process hands
it to the same senders at once, few at a time and few from one person, and answers with what became of it. No connection
to the database is held meanwhile.
"""

import math
import time
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import Field

from tocsin.channels.notification_test import Delivery, send_test
from tocsin.channels.page import Destination
from tocsin.channels.registry import open_senders
from tocsin.db.pool import Pool
from tocsin.http.access import require_edit, require_edit_user
from tocsin.http.auth import Database, Writer
from tocsin.http.fields import Read
from tocsin.http.limits import AttemptLimit
from tocsin.settings import Settings
from tocsin.store.actor import Actor
from tocsin.store.instants import now
from tocsin.store.people import destinations
from tocsin.store.people.destinations import NamedDestination
from tocsin.store.policies import channels

router = APIRouter()

AT_ONCE = 4
PER_MINUTE = 6

_TOO_MANY: dict[int | str, dict[str, Any]] = {429: {"description": "Too many test pages"}}


class TestPageRead(Read):
    """What became of a test page."""

    status: Literal["sent", "failed"]
    reason: str | None = Field(description="why it failed; what the other side said when it was sent, if it did")


class NotificationTester:
    """The test pages of one web process."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self._smtp_url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
        self._base_url = settings.base_url
        self._pool = pool
        self._sent = AttemptLimit(allowed=PER_MINUTE, window=60.0)
        self._under_way = 0

    @property
    def can_mail(self) -> bool:
        """Whether there is a mail server to send by."""
        return self._smtp_url is not None

    async def send(self, recipient: NamedDestination, actor: Actor) -> Delivery:
        """Send a test page and wait for what becomes of it, for as long as a sender takes at most.

        Raises HTTPException 429 when the actor has sent too many, or too many are under way.
        """
        self._require_room((f"{actor.type} {actor.id}", None))
        moment = await now(self._pool)
        destination = Destination(recipient.type, recipient.address, recipient.secret)
        self._under_way += 1
        try:
            async with open_senders(self._smtp_url) as senders:
                return await send_test(senders, destination, recipient.name, self._base_url, moment)
        finally:
            self._under_way -= 1

    def _require_room(self, who: tuple[str, None]) -> None:
        wait = self._sent.wait(who, time.monotonic())
        if wait or self._under_way >= AT_ONCE:
            seconds = math.ceil(wait) or 1
            raise HTTPException(429, f"too many test pages; try again in {seconds} s", {"Retry-After": str(seconds)})
        self._sent.begin(who, time.monotonic())


def tester_of(request: Request) -> NotificationTester:
    tester: NotificationTester = request.app.state.notification_tester
    return tester


Tester: TypeAlias = Annotated[NotificationTester, Depends(tester_of)]


@router.post(
    "/users/{user_id}/contact-methods/{contact_method_id}/test-page",
    summary="Send a test page to a contact method",
    description="Goes out to a disabled contact method, too, so that it can be tried before alerts use it.",
    tags=["contact methods"],
    responses=_TOO_MANY,
)
async def test_contact_method(
    user_id: UUID, contact_method_id: UUID, actor: Writer, pool: Database, tester: Tester
) -> TestPageRead:
    require_edit_user(actor, user_id)
    recipient = await destinations.of_contact_method(pool, user_id, contact_method_id)
    return _read(await tester.send(recipient, actor))


@router.post(
    "/channels/{channel_id}/test-page",
    summary="Send a test page to a channel",
    tags=["channels"],
    responses=_TOO_MANY,
)
async def test_channel(channel_id: UUID, actor: Writer, pool: Database, tester: Tester) -> TestPageRead:
    require_edit(actor, (await channels.get(pool, channel_id)).team_id)
    return _read(await tester.send(await destinations.of_channel(pool, channel_id), actor))


def _read(delivery: Delivery) -> TestPageRead:
    return TestPageRead(status="sent" if delivery.is_sent else "failed", reason=delivery.text)
