"""The reconciler goes round all objects within its bound, shared by all engines, and repairs nothing on the move."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from tests.fixtures.factories import Factory, rule, step

from tocsin.db.pool import Pool
from tocsin.engine.healing import reconcile
from tocsin.engine.healing.reconcile import EVERY, KINDS_OF_A_ROUND, Reconciler
from tocsin.engine.jobs.state_kinds import state_kinds

TEN_MINUTES = timedelta(minutes=10)


@pytest.mark.parametrize("objects", [0, 1, 99, 10_000, 1_000_000])
@pytest.mark.parametrize("engines", [1, 3])
def test_a_round_is_over_before_the_bound(objects: int, engines: int) -> None:
    share = Reconciler(pool=None, within=TEN_MINUTES)._share(objects, engines)  # type: ignore[arg-type]
    turns = -(-(objects + 1) // (share * engines))
    each = EVERY * len(KINDS_OF_A_ROUND)
    assert turns * each <= TEN_MINUTES * 0.9 + each
    assert share <= max(objects / engines * (each / (TEN_MINUTES * 0.9)) + 2, 20), "no more at a time than it takes"


async def turn(reconciler: Reconciler, kind: str) -> int:
    """Let the reconciler come to the kind."""
    reconciler._runs = KINDS_OF_A_ROUND.index(kind)
    return await reconciler.run_once()


async def test_it_goes_on_where_another_engine_left_it_and_begins_anew(
    pool: Pool, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_FEWEST", 1)
    for _ in range(30):
        await make.policy()
    after = []
    for _ in range(100):
        await turn(Reconciler(pool, TEN_MINUTES), "policy")
        after.append(await pool.fetchval("select after from engine_walk where kind = 'policy'"))
        if after[-1] == "":
            break
    assert after[:-1] == sorted(after[:-1])
    assert len(after) == 31
    assert await pool.fetchval("select rounds from engine_walk where kind = 'policy'") == 1


async def test_what_another_engine_takes_is_not_taken_twice(
    pool: Pool, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_FEWEST", 1)
    for _ in range(10):
        await make.policy()
    taken = await asyncio.gather(*(Reconciler(pool, TEN_MINUTES)._take("policy") for _ in range(4)))
    ids = [one for each in taken for one in each]
    assert ids
    assert len(ids) == len(set(ids))


@pytest.fixture
async def falsified(pool: Pool, make: Factory) -> None:
    """A schedule that has no row and no job."""
    await make.schedule(rule(await make.user()))
    await pool.execute("delete from pgqueuer")


async def test_what_differs_is_repaired_by_its_own_job(
    pool: Pool, falsified: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "SECOND_LOOK_AFTER", timedelta(0))
    assert await turn(Reconciler(pool, TEN_MINUTES), "schedule") == 1
    assert await pool.fetchval("select true from schedule_state")
    assert await pool.fetchval("select reason from engine_repairs where kind = 'schedule'") == "no_state"
    assert await turn(Reconciler(pool, TEN_MINUTES), "schedule") == 0


async def test_a_repair_that_fails_is_left_to_the_queue(
    pool: Pool, falsified: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "SECOND_LOOK_AFTER", timedelta(0))
    await pool.execute("alter table schedule_state add constraint broken check (version < 0)")
    assert await turn(Reconciler(pool, TEN_MINUTES), "schedule") == 1
    assert await pool.fetchval("select entrypoint from pgqueuer") == "schedule"


@pytest.mark.parametrize("status", ["queued", "picked", "failed"])
async def test_what_has_its_job_is_left_to_it(
    pool: Pool, falsified: None, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "SECOND_LOOK_AFTER", timedelta(0))
    await pool.execute("select engine_enqueue('schedule', id::text, now()) from schedules")
    await pool.execute("update pgqueuer set status = $1", status)
    assert await turn(Reconciler(pool, TEN_MINUTES), "schedule") == 0


async def test_what_cannot_be_read_is_left_to_its_job(pool: Pool, make: Factory) -> None:
    rotation = await make.rotation(await make.user())
    schedule = await make.schedule(rule(rotation))
    await make.policy(step(schedule))
    await pool.execute("update rotations set time_zone = 'Nowhere/Never'")
    await pool.execute("update schedules set time_zone = 'Nowhere/Never'")
    kinds = state_kinds(pool)
    assert await reconcile._suspects(pool, kinds, "rotation", [str(rotation.id)]) == []
    assert await reconcile._suspects(pool, kinds, "schedule", [str(schedule.id)]) == []


async def _policy_suspects(pool: Pool, policy_id: UUID) -> int:
    return len(await pool.fetch(reconcile._SQL["policy_suspects"], [policy_id]))


async def test_a_policy_is_looked_at_closer_when_its_mirror_does_not_say_what_its_targets_rows_say(
    pool: Pool, make: Factory
) -> None:
    active, other = await make.user(), await make.user()
    rotation = await make.rotation(active, other)
    schedule = await make.schedule(rule(rotation))
    policy = await make.policy(step(active, rotation, schedule), step(other), step())
    assert await _policy_suspects(pool, policy.id) == 1, "nothing is mirrored yet"
    for kind, object_id in {"rotation": rotation.id, "schedule": schedule.id, "policy": policy.id}.items():
        await state_kinds(pool)[kind].run(str(object_id))
    assert await _policy_suspects(pool, policy.id) == 0
    for change in (
        "update ep_step_on_call_users set because = because - 0",
        "update ep_step_on_call_users set end_time = now()",
        "update schedule_on_call_users set end_time = now()",
        "update rotation_state set rotation_participant_id = gen_random_uuid()",
    ):
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(change)
            assert len(await connection.fetch(reconcile._SQL["policy_suspects"], [policy.id])) == 1, change
            await transaction.rollback()
