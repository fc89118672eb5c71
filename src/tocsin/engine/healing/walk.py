"""The walk (L2): every object is compared with what the rules say, slowly, in the order of ids, without end.

It finds what no trigger saw and no view can show: rows changed by SQL, restored, or written by a version that knew
less.
Engines share one walk: who writes down first how far it has come takes the objects up to there, so none is compared
twice and the walk goes on where a dead engine left it. Each takes its share of what one second's worth is; together
they aim at nine tenths of the bound, for the rest makes up for engines that stop meanwhile.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine.healing import compare, repair
from tocsin.engine.healing.finding import Finding

_SQL = Statements(__package__, "walk.sql")

# One kind a second, in turn: a statement that reads many objects costs little more than one that reads a few.
EVERY = timedelta(seconds=1)

# In a small installation a turn takes more than its share, and a round takes seconds.
_FEWEST = 20

# What is on the move has come to rest by then, so that it is no finding.
SECOND_LOOK_AFTER = timedelta(seconds=1)

# Takes every object; the full check reads them in parts of this size.
_PART = 1000


@dataclass(slots=True)
class Walk:
    """The walk as one engine goes it. ``within``: a round over all objects takes no longer, whatever their number."""

    pool: Pool
    within: timedelta
    _steps: int = 0

    async def run_once(self) -> int:
        """Compare some objects of the kind whose turn it is, and repair those that differ; returns how many did."""
        kinds = tuple(compare.OF_KIND)
        kind = kinds[self._steps % len(kinds)]
        self._steps += 1
        ids = await self._take(kind) if kind != "page" else []
        found = await _confirmed(self.pool, kind, ids)
        return await repair.mend_all(self.pool, found)

    async def _take(self, kind: str) -> Sequence[str]:
        before = await self.pool.fetchrow(_SQL[f"{kind}_standing"])
        if before is None:
            return []
        count = self._share(before["objects"], before["engines"])
        ids = [row["id"] for row in await self.pool.fetch(_SQL[f"{kind}_ids"], before["after"], count)]
        after = ids[-1] if len(ids) == count else ""
        is_first = await self.pool.fetchval(_SQL["go_on"], kind, before["after"], after, before["rounds"])
        return ids if is_first else []

    def _share(self, objects: int, engines: int) -> int:
        """How many objects of a kind one turn takes, so that all engines get round well in ``within``."""
        turns = (self.within * 0.9) / (EVERY * len(compare.OF_KIND))
        return max(ceil((objects + 1) / max(turns * engines, 1)), _FEWEST)


async def whole(pool: Pool) -> Sequence[Finding]:
    """What a whole round would find, now."""
    found: list[Finding] = []
    for kind in compare.OF_KIND:
        found += await _confirmed(pool, kind, await _all_ids(pool, kind))
    return found


async def _all_ids(pool: Pool, kind: str) -> Sequence[str]:
    if kind == "page":
        return []
    ids: list[str] = []
    while part := await pool.fetch(_SQL[f"{kind}_ids"], ids[-1] if ids else "", _PART):
        ids += [row["id"] for row in part]
    return ids


async def _confirmed(pool: Pool, kind: str, ids: Sequence[str]) -> Sequence[Finding]:
    """What differs in two looks, a moment apart, and has no job on the way."""
    suspects = await _compared(pool, kind, ids)
    if not suspects:
        return []
    await asyncio.sleep(SECOND_LOOK_AFTER.total_seconds())
    keys = {(finding.kind, finding.id, finding.reason) for finding in suspects}
    again = [each for each in await _compared(pool, kind, ids) if (each.kind, each.id, each.reason) in keys]
    rows = await pool.fetch(_SQL["left_alone"], [each.kind for each in again], [each.id for each in again])
    alone = {(row["kind"], row["id"]) for row in rows}
    return [each for each in again if each.repairs_row or (each.kind, each.id) in alone]


async def _compared(pool: Pool, kind: str, ids: Sequence[str]) -> Sequence[Finding]:
    found: list[Finding] = []
    for start in range(0, max(len(ids), 1), _PART):
        found += await compare.OF_KIND[kind](pool, ids[start : start + _PART])
    return found
