"""How long it takes until running engines have put right what was lost or falsified, by the sweep or by the reconciler.

The reconciler's part grows with the number of objects, up to ``TOCSIN_WALK_SECONDS``; here they are few.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic

from benchmarks.environment import connected, database, empty_database, tocsin
from benchmarks.organisation import found, open_alerts
from benchmarks.table import Row
from tocsin.db.embedded_install import client_programs
from tocsin.db.pool import Pool
from tocsin.testing.clock import Clock, follow

_POLICIES = 10
_ALERTS = 20
_LOOK_EVERY = 0.05
_SWEPT, _WALKED = 20, 150


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done, and what is true until it has been put right."""

    done: str
    is_wrong: str
    within_seconds: int


_OVERDUE = "select exists (select from engine_overdue)"

_QUEUE_EMPTIED = {"queue emptied": Damage("truncate pgqueuer", _OVERDUE, _SWEPT)}
_JOBS_DELETED = {"half of the jobs deleted": Damage("delete from pgqueuer where id % 2 = 0", _OVERDUE, _SWEPT)}

_MIRROR_DIFFERS = """
select exists (
    select from escalation_policy_step_targets as targets
    join escalation_policy_steps as steps on steps.id = targets.escalation_policy_step_id
    where
        steps.step_number = {step} and not exists (
            select from ep_step_on_call_users as on_call
            where on_call.ep_step_id = steps.id and on_call.user_id = targets.user_id and on_call.end_time is null
        )
)
"""
_SOMEBODY_ELSE = "(select users.id from users where users.id <> {other_than} order by users.id limit 1)"

# Each alert and each step has one kind of damage only.
_FALSIFIED = {
    "alert's state row deleted": Damage(
        "delete from escalation_policy_state where alert_id % 4 = 0",
        "select exists (select from alerts where id not in (select alert_id from escalation_policy_state))",
        _SWEPT,
    ),
    "next escalation moved by a year": Damage(
        "update escalation_policy_state set next_escalation = now() + interval '1 year' where alert_id % 4 = 1",
        "select exists (select from escalation_policy_state where next_escalation > now() + interval '100 days')",
        _WALKED,
    ),
    "alert acknowledged without triggers": Damage(
        "update alerts set status = 'acknowledged' where id % 4 = 2",
        "select exists (select from escalation_policy_state where alert_id % 4 = 2 and state <> 'acknowledged')",
        _WALKED,
    ),
    "on-call rows of first steps deleted": Damage(
        "delete from ep_step_on_call_users as on_call using escalation_policy_steps as steps"
        " where steps.id = on_call.ep_step_id and steps.step_number = 0",
        _MIRROR_DIFFERS.format(step=0),
        _WALKED,
    ),
    "on-call rows of second steps name others": Damage(
        f"update ep_step_on_call_users as on_call set user_id = {_SOMEBODY_ELSE.format(other_than='on_call.user_id')}"
        " from escalation_policy_steps as steps where steps.id = on_call.ep_step_id and steps.step_number = 1",
        _MIRROR_DIFFERS.format(step=1),
        _WALKED,
    ),
}

# As with the schema of a version that lacked the trigger; it stays away.
_WITHOUT_TRIGGER = {
    "targets exchanged, their table's trigger missing": Damage(
        "drop trigger wakeup on escalation_policy_step_targets;"
        " update escalation_policy_step_targets as targets"
        f" set user_id = {_SOMEBODY_ELSE.format(other_than='targets.user_id')}",
        f"{_MIRROR_DIFFERS.format(step=0)} or ({_MIRROR_DIFFERS.format(step=1)})",
        _WALKED,
    ),
}

_BEHIND = """
select
    exists (select from engine_overdue)
    or exists (select from escalation_policy_state where state = 'escalating' and next_escalation <= now())
"""


async def healing(server_dsn: str) -> list[Row]:
    """One engine, 10 policies, 20 open alerts; until the last object is right."""
    return [
        *await _damaged(server_dsn),
        await _restored(server_dsn),
        await _without_engine_for_six_hours(server_dsn),
    ]


async def _damaged(server_dsn: str) -> list[Row]:
    async with database(server_dsn) as (dsn, pool):
        await _climbing(pool, due_in=timedelta(minutes=4))
        async with tocsin(dsn, "engine"):
            groups = (_QUEUE_EMPTIED, _JOBS_DELETED, _FALSIFIED, _WITHOUT_TRIGGER)
            return [row for group in groups for row in await _heal(pool, group)]


async def _climbing(pool: Pool, due_in: timedelta, over: timedelta = timedelta(0)) -> None:
    organisation = await found(pool, policies=_POLICIES, people=10, webhook="http://127.0.0.1:9/")
    await open_alerts(pool, organisation, _ALERTS, due_in, over)


async def _heal(pool: Pool, damages: Mapping[str, Damage]) -> list[Row]:
    """All at once, with every trigger off."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        for damage in damages.values():
            await connection.execute(damage.done)
    began = monotonic()
    waits = (_until_right(pool, one.is_wrong, one.within_seconds, began) for one in damages.values())
    seconds = await asyncio.gather(*waits)
    return [
        Row(what, took, "s", f"<= {damage.within_seconds}")
        for (what, damage), took in zip(damages.items(), seconds, strict=True)
    ]


async def _until_right(pool: Pool, is_wrong: str, within_seconds: int, began: float) -> float:
    async with asyncio.timeout(within_seconds * 2):
        while await pool.fetchval(is_wrong):
            await asyncio.sleep(_LOOK_EVERY)
    return monotonic() - began


async def _restored(server_dsn: str) -> Row:
    """From a dump of an hour ago without the queue: half of the alerts should have moved meanwhile."""
    async with database(server_dsn, movable_clock=True) as (dsn, pool), empty_database(server_dsn) as copy:
        await _climbing(pool, due_in=timedelta(minutes=30), over=timedelta(minutes=60))
        await _dump_and_restore(dsn, copy)
        async with connected(copy) as restored:
            return await _started(copy, restored, timedelta(hours=1), "restored from an hour ago, without the queue")


async def _dump_and_restore(source: str, target: str) -> None:
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as directory:
        dump = Path(directory, "dump")
        await _run("pg_dump", "-Fc", "--exclude-table-data=public.pgqueuer*", "-f", dump, "-d", source)
        await _run("pg_restore", "--no-owner", "-d", target, dump)
    async with connected(target) as pool, pool.acquire() as connection:
        await follow(connection)


async def _run(program: str, *arguments: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(client_programs() / program, *arguments)
    if code := await process.wait():
        raise RuntimeError(f"{program} ended with exit code {code}")


async def _without_engine_for_six_hours(server_dsn: str) -> Row:
    async with database(server_dsn, movable_clock=True) as (dsn, pool):
        await _climbing(pool, due_in=timedelta(minutes=10), over=timedelta(minutes=60))
        return await _started(dsn, pool, timedelta(hours=6), "no engine for six hours")


async def _started(dsn: str, pool: Pool, passed: timedelta, what: str) -> Row:
    """From an engine's start, after some time has passed, until it has caught up."""
    async with pool.acquire() as connection:
        await Clock(connection).advance(passed)
    began = monotonic()
    async with tocsin(dsn, "engine"):
        took = await _until_right(pool, _BEHIND, _SWEPT, began)
    return Row(f"{what}, from an engine's start", took, "s", f"<= {_SWEPT}")
