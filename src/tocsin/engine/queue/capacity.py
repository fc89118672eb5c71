"""How many jobs a worker has in hand, and how many more it may take."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

# A batch costs the database about as much as a single job, so a moment's wait for a whole one pays. It is short, for
# what is due waits too; and polled, since PgQueuer does not say when it has forgotten a job.
_PATIENCE = timedelta(milliseconds=20)
_POLL_EVERY = timedelta(milliseconds=2)


@dataclass(frozen=True, slots=True)
class Capacity:
    """A worker runs ``most`` jobs at once. ``in_hand`` counts them, ``closing`` says that it takes no more."""

    most: int
    in_hand: Callable[[], int]
    closing: asyncio.Event

    async def next_batch(self, batch: int) -> int:
        """How many jobs to take: ``batch`` if that many fit within a moment, fewer if not; waits until one fits.

        0 when the worker is closing.
        """
        waited = timedelta(0)
        while not self.closing.is_set():
            free = self.most - self.in_hand()
            if free >= batch or (free > 0 and waited >= _PATIENCE):
                return min(free, batch)
            await asyncio.sleep(_POLL_EVERY.total_seconds())
            waited += _POLL_EVERY
        return 0
