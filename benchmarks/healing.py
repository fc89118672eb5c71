"""How long it takes until running engines have put right what was lost or falsified, by the sweep or by the walk.

The walk's part grows with the number of objects, up to ``TOCSIN_WALK_SECONDS``; here they are few.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from benchmarks.organisation import found, open_alerts
from benchmarks.stage import database, tocsin
from benchmarks.table import Row
from tocsin.db.pool import Pool

_POLICIES = 10
_ALERTS = 20
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done, with every trigger off, and what is true until it has been put right."""

    done: str
    is_wrong: str
    within_seconds: int


_SWEPT, _WALKED = 20, 150

# Each alert has one kind of damage only.
_LOST = {
    "queue emptied": Damage("truncate pgqueuer", "select exists (select from engine_overdue)", _SWEPT),
}
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
    "on-call rows of steps deleted": Damage(
        "delete from ep_step_on_call_users",
        "select exists (select from escalation_policy_steps as steps where not exists"
        " (select from ep_step_on_call_users as on_call where on_call.ep_step_id = steps.id))",
        _WALKED,
    ),
}


async def healing(server_dsn: str) -> list[Row]:
    """One engine, 10 policies, 20 open alerts; until the last object is right."""
    async with database(server_dsn) as (dsn, pool):
        organisation = await found(pool, policies=_POLICIES, people=10, webhook="http://127.0.0.1:9/")
        due = await pool.fetchval("select now() + $1::interval", timedelta(minutes=4))
        await open_alerts(pool, organisation, _ALERTS, due)
        async with tocsin(dsn, "engine"):
            return [*await _heal(pool, _LOST), *await _heal(pool, _FALSIFIED)]


async def _heal(pool: Pool, damages: Mapping[str, Damage]) -> list[Row]:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        for damage in damages.values():
            await connection.execute(damage.done)
    return await asyncio.gather(*(_until_right(pool, what, damage) for what, damage in damages.items()))


async def _until_right(pool: Pool, what: str, damage: Damage) -> Row:
    began = monotonic()
    async with asyncio.timeout(damage.within_seconds * 2):
        while await pool.fetchval(damage.is_wrong):
            await asyncio.sleep(_LOOK_EVERY)
    return Row(what, monotonic() - began, "s", f"<= {damage.within_seconds}")
