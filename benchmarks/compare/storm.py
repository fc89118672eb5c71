"""10,000 alerts that are due at one instant."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from benchmarks.compare.environment import Environment, Seeded, working
from benchmarks.compare.figures import Figure, Size
from benchmarks.designs.catalogue import DESIGNS, EVERY, LIMITED
from benchmarks.table import quantile

# A storm of twenty rounds takes 100 s. That is sat through at one size; at the others a round follows every second.
_IN_REAL_TIME = Size(10_000, 1_000)
_HURRIED = 1.0

_MAKE_DUE = """
update escalation_policy_state as state
set next_escalation = $1
from alerts
where alerts.id = state.alert_id and alerts.summary like 'storm %'
"""
_COUNT = "select count(*) from alerts where summary like 'storm %'"
_LEFT = "select $1 - (select count(*) from outgoing_messages)"
_COMMITTED = """
select extract(epoch from pg_xact_commit_timestamp(messages.xmin) - $1::timestamptz)::float8 as late
from outgoing_messages as messages
order by late
"""


@dataclass(frozen=True, slots=True)
class Passed:
    """A storm that is over: how late each page's row was, in seconds, and the processor time that it took."""

    late: Sequence[float]
    processor_seconds: float


async def storm(seed: Seeded) -> AsyncIterator[Figure]:
    """In the middle between two rounds."""
    for design in DESIGNS:
        hurried = design == LIMITED and seed.size != _IN_REAL_TIME
        async with working(seed, design, every=_HURRIED if hurried else EVERY) as environment:
            passed = await pass_through(environment)
        if hurried:
            passed = replace(passed, late=_at_its_pace(passed.late))
        for what, value, unit in (
            ("storm, until the last page row", passed.late[-1], "s"),
            ("storm, lateness p50", quantile(passed.late, 0.5), "s"),
            ("storm, processor time an alert", passed.processor_seconds / len(passed.late) * 1000, "ms"),
        ):
            yield Figure("compare-storm", what, seed.size.alerts, seed.size.policies, design, value, unit)


def _at_its_pace(late: Sequence[float]) -> Sequence[float]:
    """The lateness that rounds every five seconds would have brought: all pages of a round commit at one time."""
    rounds = {moment: number for number, moment in enumerate(sorted(set(late)))}
    return [EVERY / 2 + EVERY * rounds[moment] for moment in late]


async def pass_through(environment: Environment) -> Passed:
    """Make the storm due, and wait for its last page row."""
    due = await make_due(environment)
    used = await cost_until(environment, _LEFT)
    return Passed([row["late"] for row in await environment.pool.fetch(_COMMITTED, due)], used)


async def make_due(environment: Environment) -> datetime:
    """Make the storm due, and wait until it is."""
    now = time.time()
    due_at = now - now % EVERY + 1.5 * EVERY
    due_at += EVERY if due_at - now < 4 else 0  # time for the jobs, and for the engine to see to them
    due = datetime.fromtimestamp(due_at, UTC)
    await environment.pool.execute(_MAKE_DUE, due)
    await asyncio.sleep(due_at - time.time())
    return due


async def cost_until(environment: Environment, left: str) -> float:
    """The seconds of processor time until a statement counts no alert of the storm as left ($1 are all)."""
    count = await environment.pool.fetchval(_COUNT)
    before = await environment.processor_seconds()
    if not await environment.until(left, count, within=200):
        raise AssertionError("not every alert has been paged for")
    return await environment.processor_seconds() - before
