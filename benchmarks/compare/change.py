"""From the commit of a rotation's new participant until the steps that use it name them, and what it costs."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import UUID

from benchmarks.compare.environment import Environment, Seeded, round_begins, working
from benchmarks.compare.figures import Figure
from benchmarks.designs.catalogue import BATCHES, EVENTS, EVERY, LIMITED, TOCSIN
from benchmarks.environment import BENCH
from benchmarks.table import quantile
from tocsin.store.actor import acting
from tocsin.store.on_call import rotations

_DESIGNS = (TOCSIN, LIMITED, BATCHES, EVENTS)
_IN_ROUNDS = (LIMITED, BATCHES)
_COUNT = 20

_CHANGES = """
select rotations.id as rotation_id, people.id as person_id
from (select id, row_number() over (order by name) as n from rotations order by name limit $1) as rotations
join (select id, row_number() over (order by name) as n from users) as people
    on people.n = 1 + (rotations.n * 7 + 50) % 100
where people.id not in (select user_id from rotation_participants where rotation_id = rotations.id)
"""
# Every step that uses the rotation, by itself or by a schedule, and when its new person could be read there.
_SPANS = """
select extract(epoch from max(pg_xact_commit_timestamp(on_call.xmin)) - max(pg_xact_commit_timestamp(changed.xmin)))
    ::float8 * 1000 as span
from unnest($1::uuid[], $2::uuid[]) as change (rotation_id, person_id)
join rotation_participants as changed
    on changed.rotation_id = change.rotation_id and changed.user_id = change.person_id
join escalation_policy_step_targets as targets
    on targets.rotation_id = change.rotation_id
    or targets.schedule_id in (
        select rules.schedule_id from schedule_rules as rules where rules.rotation_id = change.rotation_id
    )
left join ep_step_on_call_users as on_call
    on on_call.ep_step_id = targets.escalation_policy_step_id
    and on_call.user_id = change.person_id
    and on_call.end_time is null
group by change.rotation_id
having bool_and(on_call.id is not null)
"""
_LEFT = f"select $3 - (select count(*) from ({_SPANS}) as done)"


async def change(seed: Seeded) -> AsyncIterator[Figure]:
    """20 changes of as many rotations, evenly over the five seconds of a round."""
    for design in _DESIGNS:
        async with working(seed, design) as environment:
            spans, cost = await _change(environment, in_rounds=design in _IN_ROUNDS)
        for what, value in (
            ("rotation's change to every step, p50", quantile(spans, 0.5)),
            ("rotation's change to every step, p99", quantile(spans, 0.99)),
            ("processor time of a change", cost),
        ):
            yield Figure("compare-change", what, seed.size.alerts, seed.size.policies, design, value, "ms")


async def _change(environment: Environment, *, in_rounds: bool) -> tuple[Sequence[float], float]:
    """The spans, and the processor time of a change in milliseconds: that of a round where a round carries it."""
    changes = [(row["rotation_id"], row["person_id"]) for row in await environment.pool.fetch(_CHANGES, _COUNT)]
    await round_begins(4.0)
    start = await environment.processor_seconds()
    await asyncio.sleep(EVERY)
    idle = await environment.processor_seconds() - start
    begin = time.time()
    for number, (rotation_id, person_id) in enumerate(changes):
        await asyncio.sleep(max(0.0, begin + EVERY * number / len(changes) - time.time()))
        await _give(environment, rotation_id, person_id)
    await asyncio.sleep(max(0.0, begin + EVERY - time.time()))
    used = await environment.processor_seconds() - start - idle
    columns = [list(column) for column in zip(*changes, strict=True)]
    if not await environment.until(_LEFT, *columns, len(changes), within=20):
        raise AssertionError("not every change has come through")
    spans = [row["span"] for row in await environment.pool.fetch(_SPANS, *columns)]
    return spans, 1000 * (used if in_rounds else max(0.0, used - idle) / len(changes))


async def _give(environment: Environment, rotation_id: UUID, person_id: UUID) -> None:
    async with acting(environment.pool, BENCH) as connection:
        locked = await rotations.lock(connection, rotation_id)
        await rotations.update(connection, locked, replace(locked.spec, participants=[person_id]))
