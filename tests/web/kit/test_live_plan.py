"""What the hub of live pages asks four times a second reads no past, however long that has grown."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fixtures.plans import generic_plan

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements

# 200 schedules with rules and years of stints and overrides.
SEED = """
set local session_replication_role = replica;
insert into users (id, name, email)
select md5(n::text)::uuid, 'Person ' || n, n || '@example.org' from generate_series(1, 500) as n;
insert into rotations (id, name, time_zone, type, shift_length, start_at)
select md5(n::text)::uuid, 'Rotation ' || n, 'UTC', 'daily', 1, now() from generate_series(1, 200) as n;
insert into rotation_participants (rotation_id, position, user_id)
select md5(n::text)::uuid, place, md5((n + place)::text)::uuid
from generate_series(1, 200) as n, generate_series(0, 9) as place;
insert into schedules (id, name, time_zone)
select md5(n::text)::uuid, 'Schedule ' || n, 'UTC' from generate_series(1, 200) as n;
insert into schedule_rules (schedule_id, position, rotation_id, weekdays, start_time, end_time)
select md5(n::text)::uuid, place, md5(n::text)::uuid, '{0}', '08:00', '09:00'
from generate_series(1, 200) as n, generate_series(0, 4) as place;
insert into schedule_overrides (schedule_id, start_at, end_at, add_user_id)
select md5(n::text)::uuid, now() - interval '1 day' * day, now() - interval '1 day' * (day - 1), md5('1')::uuid
from generate_series(1, 200) as n, generate_series(1, 100) as day;
insert into temporary_schedules (id, schedule_id, start_at, end_at)
select md5(n || '.' || day)::uuid, md5(n::text)::uuid, now() - interval '1 day' * day, now() - interval '1 hour'
from generate_series(1, 200) as n, generate_series(1, 20) as day;
insert into temporary_schedule_shifts (temporary_schedule_id, user_id, start_at, end_at)
select temporary.id, md5('1')::uuid, temporary.start_at, temporary.end_at from temporary_schedules as temporary;
insert into schedule_on_call_users (schedule_id, user_id, start_time, end_time)
select md5(n::text)::uuid, md5('1')::uuid, at, nullif(at + interval '1 day', now())
from generate_series(1, 200) as n, generate_series(1, 100) as day
cross join lateral (select now() - interval '1 day' * day as at) as moments;
insert into ep_step_on_call_users (ep_step_id, user_id, start_time, end_time)
select schedule_id, user_id, start_time, end_time from schedule_on_call_users;
"""

PAST = {
    "schedule_overrides",
    "temporary_schedules",
    "temporary_schedule_shifts",
    "schedule_on_call_users",
    "ep_step_on_call_users",
}
NAMES = ("each_schedule", "on_call")


def read_whole(plan: Mapping[str, Any]) -> Iterator[str]:
    """The tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from read_whole(below)


async def test_the_hub_reads_nothing_that_is_past(pool: Pool) -> None:
    live = Statements("tocsin.web.kit", "live_hub.sql")
    async with pool.acquire() as connection:
        await connection.execute(SEED)
        await connection.execute("vacuum analyze")  # as autovacuum does
        plans = {name: PAST.intersection(read_whole(await generic_plan(connection, live[name]))) for name in NAMES}
    assert plans == {name: set() for name in NAMES}
