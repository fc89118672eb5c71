"""Deleting a user whom something names."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, refusal, uses, waits_for_a_lock, wrong
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory, rule, step

from tocsin.store.actor import acting
from tocsin.store.on_call import temporary_schedules
from tocsin.store.on_call.schedules import Schedule
from tocsin.store.on_call.temporary_schedules import TemporaryScheduleSpec, TemporaryShift
from tocsin.store.people.users import User
from tocsin.testing.clock import Clock

HOUR = timedelta(hours=1)


def url(user: User) -> str:
    return f"/api/v1/users/{user.id}"


async def now(make: Factory) -> datetime:
    moment: datetime = await make.pool.fetchval("select now()")
    return moment


async def a_temporary_schedule(make: Factory, schedule: Schedule, user: User) -> str:
    """One of an hour from now on, all of it the user's shift; its id."""
    start = await now(make)
    spec = TemporaryScheduleSpec(
        start_at=start, end_at=start + HOUR, shifts=[TemporaryShift(user.id, start, start + HOUR)]
    )
    async with acting(make.pool, TESTER) as connection:
        return str((await temporary_schedules.create(connection, schedule.id, spec)).id)


async def test_every_object_that_uses_the_user_is_named(api: AsyncClient, make: Factory) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    policy = await make.policy(step(ann), step(ben, ann), name="Payments")
    rotation = await make.rotation(ann, ben, ann, name="Weekly")
    schedule = await make.schedule(rule(ann), name="Office hours")
    start = await now(make)
    override = await make.override(schedule, start, start + HOUR, add=ben, remove=ann)
    temporary = await a_temporary_schedule(make, schedule, ann)
    refused = await api.delete(url(ann))
    assert uses(refused) == [
        f"escalation policy 'Payments' ({policy.id})",
        f"override {override.id} of 'Office hours' ({schedule.id})",
        f"rotation 'Weekly' ({rotation.id})",
        f"schedule 'Office hours' ({schedule.id})",
        f"temporary schedule {temporary} of 'Office hours' ({schedule.id})",
    ]
    assert "in use" in refused.json()["detail"]
    assert (await api.get(f"/api/v1/rotations/{rotation.id}")).json()["participants"] == [
        str(user.id) for user in (ann, ben, ann)
    ]
    assert (await api.get(url(ann))).status_code == 200


async def test_a_user_taken_out_of_everything_can_be_deleted(api: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    policy = await make.policy(step(ann))
    rotation = await make.rotation(ann)
    for path, body in (
        (f"escalation-policies/{policy.id}", {"steps": []}),
        (f"rotations/{rotation.id}", {"participants": []}),
    ):
        wrong(await api.delete(url(ann)), 409)
        assert (await api.patch(f"/api/v1/{path}", json=body)).status_code == 200
    assert (await api.delete(url(ann))).status_code == 204


@pytest.mark.parametrize("adds", [True, False])
async def test_an_override_that_is_over_holds_nobody(api: AsyncClient, make: Factory, clock: Clock, adds: bool) -> None:
    ann, schedule = await make.user("Ann"), await make.schedule()
    start = await now(make)
    add, remove = (ann, None) if adds else (await make.user("Ben"), ann)
    override = await make.override(schedule, start, start + HOUR, add=add, remove=remove)
    await clock.advance(HOUR - timedelta(seconds=5))
    assert uses(await api.delete(url(ann)))[0].startswith(f"override {override.id}")
    await clock.advance(timedelta(seconds=5))
    assert (await api.delete(url(ann))).status_code == 204
    assert (await api.get(f"/api/v1/schedules/{schedule.id}/overrides")).json()["items"] == []


async def test_a_shift_that_is_over_holds_nobody(api: AsyncClient, make: Factory, clock: Clock) -> None:
    ann = await make.user("Ann")
    await a_temporary_schedule(make, await make.schedule(), ann)
    await clock.advance(HOUR - timedelta(seconds=5))
    assert len(uses(await api.delete(url(ann)))) == 1
    await clock.advance(timedelta(seconds=5))
    assert (await api.delete(url(ann))).status_code == 204


async def test_who_is_put_to_use_at_the_same_moment_is_kept(api: AsyncClient, make: Factory) -> None:
    ann, rotation = await make.user("Ann"), await make.rotation(name="Weekly")
    async with make.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(
                "insert into rotation_participants (rotation_id, user_id, position) values ($1, $2, 0)",
                rotation.id,
                ann.id,
            )
            deleting = asyncio.create_task(api.delete(url(ann)))
            await waits_for_a_lock(make)
        assert uses(await deleting) == [f"rotation 'Weekly' ({rotation.id})"]


async def test_an_override_that_is_put_off_at_the_same_moment_keeps_its_user(
    api: AsyncClient, make: Factory, clock: Clock
) -> None:
    ann, schedule = await make.user("Ann"), await make.schedule()
    start = await now(make)
    override = await make.override(schedule, start, start + HOUR, add=ann)
    await clock.advance(HOUR)
    async with make.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("update schedule_overrides set end_at = now() + interval '1 hour'")
            deleting = asyncio.create_task(api.delete(url(ann)))
            await waits_for_a_lock(make)
        assert uses(await deleting)[0].startswith(f"override {override.id}")


async def test_who_is_deleted_at_the_same_moment_is_put_to_no_use(api: AsyncClient, make: Factory) -> None:
    ann, rotation = await make.user("Ann"), await make.rotation()
    async with make.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("delete from users where id = $1", ann.id)
            body = {"participants": [str(ann.id)]}
            adding = asyncio.create_task(api.patch(f"/api/v1/rotations/{rotation.id}", json=body))
            await waits_for_a_lock(make)
        assert wrong(await adding) == ["participants"]


async def test_plain_sql_cannot_forget_a_use_either(make: Factory) -> None:
    ann = await make.user("Ann")
    await make.policy(step(ann))
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="escalation_policy_step_targets_user_id_fkey"):
        await make.pool.execute("delete from users where id = $1", ann.id)


async def test_who_is_not_there_is_not_found(api: AsyncClient) -> None:
    assert refusal(await api.delete(f"/api/v1/users/{UNKNOWN_ID}"), 404) == "no such user"
