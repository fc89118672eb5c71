"""How soon a change of one rotation is everywhere, and what it costs, among few policies and among many."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import time as wall_time
from datetime import timedelta
from uuid import UUID

from benchmarks.cpu import seconds_used, server_pids
from benchmarks.environment import BENCH, database, tocsin
from benchmarks.organisation import found
from benchmarks.table import Row, quantile
from tocsin.db.pool import Pool
from tocsin.domain.on_call import weekly_rule
from tocsin.domain.on_call.snapshot import Target
from tocsin.store import instants
from tocsin.store.actor import acting
from tocsin.store.on_call import rotations, schedules
from tocsin.store.on_call.rotations import Rotation, RotationSpec
from tocsin.store.on_call.schedule_rules import ScheduleRuleSpec
from tocsin.store.on_call.schedules import ScheduleSpec
from tocsin.store.policies import policies
from tocsin.store.policies.policies import PolicySpec
from tocsin.store.policies.policy_steps import StepSpec

_SIZES = (100, 1_000, 10_000)
_CHANGES = 60
_MIRRORED = """
select count(*) = 2
from ep_step_on_call_users as on_call
join escalation_policy_steps as steps on steps.id = on_call.ep_step_id
where steps.escalation_policy_id = $1 and on_call.user_id = $2 and on_call.end_time is null
"""


async def change(server_dsn: str) -> list[Row]:
    """From the commit of a rotation's new participant until both steps that use it, one by a schedule, name them."""
    return [row for size in _SIZES for row in await _among(server_dsn, size)]


async def _among(server_dsn: str, size: int) -> list[Row]:
    async with database(server_dsn) as (dsn, pool):
        await found(pool, policies=size, people=50, webhook="http://127.0.0.1:9/")
        await pool.execute("vacuum analyze")
        people: Sequence[UUID] = [row["id"] for row in await pool.fetch("select id from users limit 2")]
        rotation, policy_id = await _used(pool, people)
        async with tocsin(dsn, "engine") as engine:
            await _until_mirrored(pool, policy_id, people[0])
            pids = [engine.pid, *server_pids(await pool.fetchval("select pg_backend_pid()"))]
            before = seconds_used(pids)
            spans = [await _timed(pool, rotation, policy_id, people[1 - n % 2]) for n in range(_CHANGES)]
            used = seconds_used(pids) - before
    return [
        Row(f"{size:,} policies: on every step, p50", quantile(spans, 0.5), "ms"),
        Row(f"{size:,} policies: on every step, p99", quantile(spans, 0.99), "ms", "<= 200"),
        Row(f"{size:,} policies: processor time of a change", used / _CHANGES * 1000, "ms"),
    ]


async def _used(pool: Pool, people: Sequence[UUID]) -> tuple[Rotation, UUID]:
    """A rotation, and the policy whose steps use it: one by itself, one by a schedule."""
    async with acting(pool, BENCH) as connection:
        spec = RotationSpec(
            name="Rotation",
            time_zone="Europe/Berlin",
            type="weekly",
            start_at=await instants.now(connection),
            participants=people[:1],
        )
        rotation = await rotations.create(connection, spec)
        always = ScheduleRuleSpec(
            target=weekly_rule.WeeklyRuleTarget("rotation", rotation.id),
            weekdays=range(7),
            start=wall_time(0),
            end=wall_time(0),
        )
        schedule = await schedules.create(
            connection, ScheduleSpec(name="Schedule", time_zone="Europe/Berlin", rules=[always])
        )
        targets = (Target("rotation", rotation.id), Target("schedule", schedule.id))
        steps = [StepSpec(delay=timedelta(minutes=5), targets=[target]) for target in targets]
        policy = await policies.create(connection, PolicySpec(name="Policy", steps=steps))
    return rotation, policy.id


async def _timed(pool: Pool, rotation: Rotation, policy_id: UUID, person: UUID) -> float:
    """Milliseconds from the commit."""
    async with acting(pool, BENCH) as connection:
        locked = await rotations.lock(connection, rotation.id)
        await rotations.update(connection, locked, replace(locked.spec, participants=[person]))
    committed = time.perf_counter()
    await _until_mirrored(pool, policy_id, person)
    return (time.perf_counter() - committed) * 1000


async def _until_mirrored(pool: Pool, policy_id: UUID, person: UUID) -> None:
    async with asyncio.timeout(30):
        while not await pool.fetchval(_MIRRORED, policy_id, person):
            await asyncio.sleep(0.002)
