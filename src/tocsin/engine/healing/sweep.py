"""The sweep (L2): nothing stands still for long, whatever happened to its job or to its row.

Who is authoritative. What people define (rotations, rules, steps, targets) is true by itself. What the engine moves
(``rotation_state``, ``escalation_policy_state`` and the like) is true where only history can tell: who is active, which
step an alert stands on. What can be worked out (on-call rows, mirrors, the moment of the next change) is a copy, and
the pure functions of ``domain`` say what it has to be. Jobs are true of nothing: they are wake-ups, and any of them may
be lost.

    rows ──trigger──▶ job ──▶ rows …             the ordinary way: state and next wake-up commit together
      │                ▲
      ├─ view ─▶ sweep ┤                         no job in time: lost, deleted, restored without, put off, parked
      └─ reconciler ───┘                         the row itself is not what it should be

The sweep reads ``engine_overdue`` and repairs what it shows before it is late: every second what is due within 15
seconds, and every ten seconds all that the view shows, which is what is due within five minutes. It looks at
all that there is as often as that is cheap: it pauses a thousand times as long as the look took, ten minutes at most.
In a small installation it does so with every look ahead.
What no view can show, since it takes the rules to see it, is found by the reconciler (``reconcile``), which compares
every object within ``TOCSIN_WALK_SECONDS``. What is found is repaired by the object's own job (``repair``): there is no
second way for an object to move, and a repair that was not needed does no harm.

Who sweeps. Any engine looks, one at a time repairs: each that finds something tries for a lock that lasts as long as
one transaction, and looks again under it, so an engine that hangs or dies holds nobody up. An engine that knows the
database's schema no longer does not sweep at all.

What must not happen is that repairing becomes the load. So a sweep takes a batch at a time, what is due first before
what is due later; one that finds nothing pauses twenty times as long as it took, five seconds at most, since a lock or
a connection that stood still may have held it up; and what has been repaired three times in a minute and has not moved
waits for the next one. A parked job gets a new chance after five minutes, and after each that does not help twice as
long, up to an hour: nobody has to wake up for a fault that has gone by itself, and one that stays costs a few attempts
an hour.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine.healing import repair
from tocsin.engine.healing.drift import Drift

_SQL = Statements(__package__, "sweep.sql")

# What the ordinary way has missed is then seen in its last 15 seconds a dozen times, by an index look that finds
# nothing in health.
EVERY = timedelta(seconds=1)

_LOOK_AHEAD_EVERY = 10
_PAUSE = 20
_LONGEST_PAUSE = 5.0
_PAUSE_FROM_EVERYWHERE = 1000
_LONGEST_PAUSE_FROM_EVERYWHERE = 600.0


@dataclass(slots=True)
class Sweep:
    """The sweep of one engine."""

    pool: Pool
    _sweeps: int = 0
    _pauses_until: float = 0.0
    _looks_everywhere_at: float = 0.0

    async def run_once(self) -> int:
        """Repair what has no job in time, unless another engine does or the last time took long; returns how much."""
        if _clock() < self._pauses_until:
            return 0
        began = _clock()
        number, self._sweeps = self._sweeps, self._sweeps + 1
        looks_ahead = number % _LOOK_AHEAD_EVERY == 0
        done = await self._repair_all("ahead" if looks_ahead else "soon")
        if looks_ahead:
            done += await self._repair_all("parked")
        if not done:
            self._pauses_until = _clock() + min(_PAUSE * (_clock() - began), _LONGEST_PAUSE)
        if looks_ahead and number and _clock() >= self._looks_everywhere_at:
            done += await self._look_everywhere()
        return done

    async def _look_everywhere(self) -> int:
        began = _clock()
        done = await self._repair_all("everywhere")
        took = _clock() - began
        self._looks_everywhere_at = _clock() + min(_PAUSE_FROM_EVERYWHERE * took, _LONGEST_PAUSE_FROM_EVERYWHERE)
        return done

    async def _repair_all(self, statement: str) -> int:
        done = 0
        while batch := await self._repair_some(statement):
            done += batch
            if batch < repair.BATCH:
                break
        return done

    async def _repair_some(self, statement: str) -> int:
        if not await self.pool.fetch(_SQL[statement], 1):
            return 0
        async with self.pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(_SQL["lock"]):
                return 0
            found = [Drift(**row) for row in await connection.fetch(_SQL[statement], repair.BATCH)]
            if found:
                await repair.wake(connection, found)
        repair.report(found)
        return len(found)


def _clock() -> float:
    """Paces this process; what is due is decided by the database's clock."""
    return asyncio.get_running_loop().time()
