"""The job ``rotation`` moves the row at a handoff, says how late it was, and otherwise when it wants to be woken."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.engine.jobs import rotation
from tocsin.engine.queue.job import GONE
from tocsin.store.actor import acting
from tocsin.store.on_call import rotations
from tocsin.testing.clock import Clock

ROW = "select position, shift_start, shift_end from rotation_state"


@pytest.fixture
async def rotation_id(pool: Pool, make: Factory, clock: Clock) -> str:
    """A daily rotation of two, the first of them active."""
    made = await make.rotation(await make.user(), await make.user())
    await rotation.kind(pool).run(str(made.id))
    return str(made.id)


async def test_nothing_moves_before_the_handoff(pool: Pool, rotation_id: str) -> None:
    before = await pool.fetchrow(ROW)
    outcome = await rotation.kind(pool).run(rotation_id)
    assert before is not None
    assert (outcome.reason, outcome.wake_at, outcome.due) == ("not_due", before["shift_end"], None)
    assert await pool.fetchrow(ROW) == before


async def test_a_handoff_that_was_missed_is_late_by_what_has_passed_since(
    pool: Pool, rotation_id: str, clock: Clock
) -> None:
    end = await pool.fetchval("select shift_end from rotation_state")
    await clock.advance(timedelta(days=1))
    outcome = await rotation.kind(pool).run(rotation_id)
    assert (outcome.reason, outcome.due) == ("handoff", end)
    assert outcome.acted == end + timedelta(seconds=outcome.late_seconds or 0)
    assert (await rotation.kind(pool).run(rotation_id)).reason == "not_due"


async def test_it_waits_for_whoever_changes_the_rotation_also_before_it_has_a_row(pool: Pool, make: Factory) -> None:
    """Or the row comes into being while they hold the rotation's job, and each of the two waits for the other."""
    made = await make.rotation(await make.user(), await make.user())
    async with acting(pool, TESTER) as connection:
        locked = await rotations.lock(connection, made.id)
        moving = asyncio.create_task(rotation.kind(pool).run(str(made.id)))
        await asyncio.sleep(0.2)
        assert not moving.done()
        await rotations.update(connection, locked, replace(locked.spec, participants=locked.spec.participants[1:]))
    assert (await moving).reason != "gone"
    assert await pool.fetchval("select count(*) from rotation_state") == 1


async def test_one_that_is_gone_is_no_fault(pool: Pool) -> None:
    assert await rotation.kind(pool).run(str(uuid4())) is GONE
