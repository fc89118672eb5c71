"""A row that SQL moves from one object to another, or gives to somebody else, wakes all whom it concerns."""

import pytest
from tests.fixtures.factories import Factory, rule, step

from tocsin.db.pool import Pool

SEED = """
insert into maintenance_windows (service_id, start_at, end_at)
select id, now(), now() + interval '1 hour' from services order by created_at, id limit 1;
insert into temporary_schedules (schedule_id, start_at, end_at)
select id, now(), now() + interval '1 hour' from schedules;
insert into temporary_schedule_shifts (temporary_schedule_id, user_id, start_at, end_at)
select temporary.id, users.id, temporary.start_at, temporary.end_at
from temporary_schedules as temporary, (select id from users limit 1) as users
where temporary.schedule_id = (select schedule_id from schedule_rules limit 1);
"""
JOBS = "select convert_from(payload, 'UTF8') from pgqueuer where entrypoint = $1 and execute_after <= now()"
OTHER = "select id from {parents} where id <> (select {column} from {table} limit 1) limit 1"


@pytest.fixture
async def seeded(pool: Pool, make: Factory) -> Pool:
    """Two objects of each kind, of which one has a row, and no job."""
    ann = await make.user()
    rotation, _ = await make.rotation(ann), await make.rotation()
    schedule, _ = await make.schedule(rule(rotation)), await make.schedule()
    for policy in (await make.policy(step(schedule)), await make.policy(step())):
        await make.service(policy)
    await pool.execute(SEED)
    await pool.execute("delete from pgqueuer")
    return pool


@pytest.mark.parametrize(
    ("table", "column", "parents", "kind"),
    [
        ("maintenance_windows", "service_id", "services", "service"),
        ("rotation_participants", "rotation_id", "rotations", "rotation"),
        ("schedule_rules", "schedule_id", "schedules", "schedule"),
        ("temporary_schedule_shifts", "temporary_schedule_id", "temporary_schedules", "schedule"),
        ("escalation_policy_step_targets", "escalation_policy_step_id", "escalation_policy_steps", "policy"),
    ],
)
async def test_what_a_row_is_moved_from_and_to_looks_up(
    seeded: Pool, table: str, column: str, parents: str, kind: str
) -> None:
    other = OTHER.format(parents=parents, column=column, table=table)
    await seeded.execute(f"update {table} set {column} = ({other})")
    assert len({row[0] for row in await seeded.fetch(JOBS, kind)}) == 2


async def test_a_step_that_is_moved_wakes_the_alerts_of_both_policies(seeded: Pool) -> None:
    await seeded.execute(
        "update escalation_policy_steps set step_number = 1, escalation_policy_id ="
        " (select id from escalation_policies as other where other.id <> escalation_policy_id)"
        " where id = (select id from escalation_policy_steps limit 1)"
    )
    assert len(await seeded.fetch(JOBS, "policy_alerts")) == 2


async def test_another_user_at_a_place_of_a_rotation_wakes_what_uses_it(seeded: Pool, make: Factory) -> None:
    await seeded.execute("update rotation_participants set user_id = $1", (await make.user()).id)
    assert len(await seeded.fetch(JOBS, "schedule")) == 1
