"""P2 at size: one change to one rotation among 10,000 policies touches the rows of those that use it, and no others."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, running_engine, settled
from tests.fixtures.factories import rule, step

from tocsin.db.pool import Pool
from tocsin.store.actor import acting
from tocsin.store.on_call import rotations
from tocsin.store.on_call.rotations import Rotation
from tocsin.store.on_call.schedules import Schedule
from tocsin.store.people.users import User
from tocsin.store.policies.policies import Policy

OTHERS = 10_000

TRIGGERED = (
    "escalation_policies",
    "escalation_policy_steps",
    "escalation_policy_step_targets",
    "ep_step_on_call_users",
    "services",
    "alerts",
    "escalation_policy_state",
)

# Each of the others pages a rotation or a schedule that is not the one that changes; every tenth has an open alert.
SEED = """
insert into escalation_policies (name) select 'other ' || number from generate_series(1, $1) as number;
insert into escalation_policy_steps (escalation_policy_id, step_number, delay)
select id, 0, interval '5 minutes' from escalation_policies where name like 'other %';
insert into escalation_policy_step_targets (escalation_policy_step_id, rotation_id, schedule_id)
select
    steps.id,
    case when policies.name like '%%0' then '$rotation'::uuid end,
    case when policies.name not like '%%0' then '$schedule'::uuid end
from escalation_policy_steps as steps
join escalation_policies as policies on policies.id = steps.escalation_policy_id
where policies.name like 'other %';
insert into ep_step_on_call_users (ep_step_id, user_id, because)
select steps.id, '$user', likes.because
from escalation_policies as policies
join escalation_policy_steps as steps on steps.escalation_policy_id = policies.id
join escalation_policy_step_targets as targets on targets.escalation_policy_step_id = steps.id
join (
    select same.rotation_id, same.schedule_id, on_call.because
    from ep_step_on_call_users as on_call
    join escalation_policy_step_targets as same on same.escalation_policy_step_id = on_call.ep_step_id
    join escalation_policy_steps as steps on steps.id = on_call.ep_step_id
    where steps.escalation_policy_id = any('{$likes}')
) as likes on likes.rotation_id = targets.rotation_id or likes.schedule_id = targets.schedule_id
where policies.name like 'other %';
insert into services (name, escalation_policy_id)
select name, id from escalation_policies where name like 'other %0';
insert into alerts (service_id, summary, dedup_key) select id, 'disk is full', 'disk' from services;
insert into escalation_policy_state (
    alert_id, service_id, escalation_policy_id, escalation_policy_step_id, step_number, state,
    last_escalation, next_escalation
)
select
    alerts.id, services.id, steps.escalation_policy_id, steps.id, 0, 'escalating',
    now(), now() + interval '5 minutes'
from alerts
join services on services.id = alerts.service_id
join escalation_policy_steps as steps on steps.escalation_policy_id = services.escalation_policy_id;
select count(engine_enqueue('alert', alert_id::text, next_escalation)::text) from escalation_policy_state;
"""

# Every row that an engine may write, with the transaction that wrote it last, under the object that it belongs to.
WRITTEN = """
select 'rotation_state' as place, rotation_id as owner, xmin::text as by from rotation_state
union all
select 'schedule_state', schedule_id, xmin::text from schedule_state
union all
select 'schedule_on_call_users', schedule_id, xmin::text from schedule_on_call_users
union all
select 'ep_step_on_call_users', ep_step_id, xmin::text from ep_step_on_call_users
union all
select 'escalation_policy_state', escalation_policy_id, xmin::text from escalation_policy_state
union all
select 'escalation_policies', id, xmin::text from escalation_policies
union all
select 'escalation_policy_steps', id, xmin::text from escalation_policy_steps
"""

NOTE_JOBS = """
create table woken (kind text, object_id text);
create function note_job() returns trigger language plpgsql as $$
begin
    insert into woken values (new.entrypoint, convert_from(new.payload, 'UTF8'));
    return null;
end $$;
create trigger note_job after insert or update of execute_after on pgqueuer
for each row execute function note_job();
"""

Row = tuple[str, UUID, str]


@dataclass(frozen=True, slots=True)
class Crowd:
    """What changes and what uses it, among 10,000 policies."""

    story: Story
    rotation: Rotation
    schedule: Schedule
    users_of_it: Sequence[Policy]
    heir: User


async def seed_others(pool: Pool, **ids: object) -> None:
    """Write them straight into their tables, as an engine that has settled leaves them."""
    statements = SEED.replace("$1", str(OTHERS)).replace("%%", "%")
    for name, value in ids.items():
        statements = statements.replace(f"${name}", str(value))
    switch = [f"alter table {table} {{}} trigger user;" for table in TRIGGERED]
    off, on = ("".join(switch).replace("{}", word) for word in ("disable", "enable"))
    await pool.execute(off + statements + on + "analyze;")


@pytest.fixture
async def crowd(environment: Story, database: str) -> AsyncIterator[Crowd]:
    """A crowd with an engine at work that has nothing left to do."""
    make = environment.make
    ann, ben = await make.reachable_user("Ann"), await make.reachable_user("Ben")
    rotation, other = await make.rotation(ann), await make.rotation(ann)
    schedule, other_schedule = await make.schedule(rule(rotation)), await make.schedule(rule(other))
    steps = (step(rotation), step(schedule), step(ann, rotation, schedule))
    users_of_it = [await make.policy(one) for one in steps]
    likes = [await make.policy(step(each)) for each in (other, other_schedule)]
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
        ids = {"rotation": other.id, "schedule": other_schedule.id, "user": ann.id}
        await seed_others(environment.pool, **ids, likes=", ".join(str(one.id) for one in likes))
        await environment.pool.execute(NOTE_JOBS)
        yield Crowd(environment, rotation, schedule, users_of_it, ben)


async def written(pool: Pool) -> set[Row]:
    return {(row["place"], row["owner"], row["by"]) for row in await pool.fetch(WRITTEN)}


async def test_one_change_of_one_rotation_touches_only_the_rows_of_those_that_use_it(crowd: Crowd) -> None:
    pool, rotation = crowd.story.pool, crowd.rotation
    before = await written(pool)
    assert len(before) > 3 * OTHERS
    async with acting(pool, TESTER) as connection:
        locked = await rotations.lock(connection, rotation.id)
        await rotations.update(connection, locked, replace(locked.spec, participants=[crowd.heir.id]))
    await settled(pool)

    changed = {(place, owner) for place, owner, _ in await written(pool) - before}
    assert changed == {
        ("rotation_state", rotation.id),
        ("schedule_state", crowd.schedule.id),
        ("schedule_on_call_users", crowd.schedule.id),
        *(("ep_step_on_call_users", policy.steps[0].id) for policy in crowd.users_of_it),
    }
    woken = {(row["kind"], row["object_id"]) for row in await pool.fetch("select kind, object_id from woken")}
    assert woken == {
        ("rotation", str(rotation.id)),
        ("schedule", str(crowd.schedule.id)),
        *(("policy", str(policy.id)) for policy in crowd.users_of_it),
    }
    rows = await pool.fetch(
        "select ep_step_id from ep_step_on_call_users where user_id = $1 and end_time is null", crowd.heir.id
    )
    assert {row["ep_step_id"] for row in rows} == {policy.steps[0].id for policy in crowd.users_of_it}
