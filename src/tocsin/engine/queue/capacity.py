"""How many jobs a worker has in hand, and how many more it may take."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tocsin.engine.loop import wait

# A batch costs the database about as much as a single job, so a moment's wait for a whole one pays. It is short, for
# what is due waits too; and polled, since PgQueuer does not say when it has forgotten a job.
_PATIENCE = timedelta(milliseconds=20)
_POLL_EVERY = timedelta(milliseconds=2)

# So long a worker leaves processor and database to what comes first; then it takes what has become due meanwhile.
_GIVES_WAY_FOR = timedelta(milliseconds=70)


@dataclass(slots=True)
class Courtesy:
    """Whether something comes before the jobs of this process at the moment."""

    is_due: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Capacity:
    """A worker runs ``most`` jobs at once. ``in_hand`` counts them, ``closing`` says that it takes no more.

    While ``courtesy`` is due it takes a batch only every so often, so that there are few large ones instead of many.
    """

    most: int
    in_hand: Callable[[], int]
    closing: asyncio.Event
    courtesy: Courtesy = field(default_factory=Courtesy)

    async def next_batch(self, batch: int) -> int:
        """How many jobs to take: ``batch`` if that many fit within a moment, fewer if not; waits until one fits.

        0 when the worker is closing.
        """
        if self.courtesy.is_due():
            await wait(self.closing, _GIVES_WAY_FOR)
        waited = timedelta(0)
        while not self.closing.is_set():
            free = self.most - self.in_hand()
            if free >= batch or (free > 0 and waited >= _PATIENCE):
                return min(free, batch)
            await asyncio.sleep(_POLL_EVERY.total_seconds())
            waited += _POLL_EVERY
        return 0
