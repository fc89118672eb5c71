"""The designs by name."""

from collections.abc import Mapping
from typing import Protocol

from benchmarks.designs.all_at_once import AllAtOnce
from benchmarks.designs.batches import Batches
from benchmarks.designs.events import Events
from benchmarks.designs.loop_that_sends import LoopThatSends
from tocsin.db.pool import Connection

EVERY = 5.0
"""Seconds from one round's start to the next one's."""


class Round(Protocol):
    """A design that does what is due whenever it is called."""

    async def run_once(self, connection: Connection) -> int:
        """How many alerts have moved."""


TOCSIN = "Tocsin"
LIMITED = "all at once, limits"
UNLIMITED = "all at once"
BATCHES = "batches of 500"
EVENTS = "events and polling"

SENDING_LOOP = "a loop that sends"
SENDING_TOCSIN = "Tocsin, sending"

DESIGNS: Mapping[str, Round | None] = {
    TOCSIN: None,
    LIMITED: AllAtOnce(most_new=1000, most_due=500),
    UNLIMITED: AllAtOnce(),
    BATCHES: Batches(500),
    EVENTS: Events(),
}

SENDING: Mapping[str, Round | None] = {SENDING_TOCSIN: None, SENDING_LOOP: LoopThatSends()}
"""Those that send what they write; the others do everything up to the row of a page."""
