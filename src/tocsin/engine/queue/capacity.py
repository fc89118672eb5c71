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

# So long a worker leaves processor and database to what comes first. Then it takes so many of the jobs that have become
# due meanwhile: what comes must not wait for long until they are done.
_GIVES_WAY_FOR = timedelta(milliseconds=40)
_MOST_IN_BETWEEN = 30


@dataclass(slots=True)
class Courtesy:
    """Whether something comes before the jobs of this process at the moment."""

    is_due: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Capacity:
    """A worker runs ``most`` jobs at once. ``in_hand`` counts them, ``closing`` says that it takes no more.

    While ``courtesy`` is due it takes a batch only every so often, when it is done with most of the one before, or that
    takes longer than a moment.
    """

    most: int
    in_hand: Callable[[], int]
    closing: asyncio.Event
    courtesy: Courtesy = field(default_factory=Courtesy)

    async def next_batch(self, batch: int) -> int:
        """How many jobs to take: up to ``batch`` if that many fit within a moment, fewer if not; waits until one fits.

        0 when the worker is closing.
        """
        most = self.most
        if self.courtesy.is_due():
            await wait(self.closing, _GIVES_WAY_FOR)
            most = batch = min(batch, most, _MOST_IN_BETWEEN)
        waited = timedelta(0)
        while not self.closing.is_set():
            if most - self.in_hand() >= batch:
                return batch
            if waited >= _PATIENCE and (free := self.most - self.in_hand()) > 0:
                return min(free, batch)
            await asyncio.sleep(_POLL_EVERY.total_seconds())
            waited += _POLL_EVERY
        return 0
