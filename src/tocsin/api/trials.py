"""Test pages, sent by the web process itself: few at a time, and few from one person.

A page that belongs to an alert goes through the engine and its queue. A test page has no alert, so it is handed to the
same senders at once, and its fate is the answer. No connection to the database is held meanwhile.
"""

import math
import time

from fastapi import HTTPException

from tocsin.api.attempts import Attempts
from tocsin.channels.registry import open_senders
from tocsin.channels.test_page import Fate, send_test
from tocsin.db.pool import Pool
from tocsin.settings import Settings
from tocsin.store.actor import Actor
from tocsin.store.instants import now
from tocsin.store.people.destinations import Recipient

AT_ONCE = 4
PER_MINUTE = 6


class Trials:
    """The test pages of one web process."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self._smtp_url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
        self._base_url = settings.base_url
        self._pool = pool
        self._sent = Attempts(allowed=PER_MINUTE, window=60.0)
        self._under_way = 0

    @property
    def can_mail(self) -> bool:
        """Whether there is a mail server to send by."""
        return self._smtp_url is not None

    async def send(self, recipient: Recipient, actor: Actor) -> Fate:
        """Send a test page and wait for its fate, for as long as a sender takes at most.

        Raises HTTPException 429 when the actor has sent too many, or too many are under way.
        """
        self._require_room((f"{actor.type} {actor.id}", None))
        moment = await now(self._pool)
        self._under_way += 1
        try:
            async with open_senders(self._smtp_url) as senders:
                return await send_test(senders, recipient.destination, recipient.name, self._base_url, moment)
        finally:
            self._under_way -= 1

    def _require_room(self, who: tuple[str, None]) -> None:
        wait = self._sent.wait(who, time.monotonic())
        if wait or self._under_way >= AT_ONCE:
            seconds = math.ceil(wait) or 1
            raise HTTPException(429, f"too many test pages; try again in {seconds} s", {"Retry-After": str(seconds)})
        self._sent.begin(who, time.monotonic())
