"""Mirrors are brought up to date once for all that ask together, and one that cannot be fails nobody else."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Connection, Pool
from tocsin.engine.jobs import policy
from tocsin.engine.jobs.policy import Mirrors
from tocsin.store.policies.policies import Policy


@pytest.fixture
async def stale(make: Factory) -> list[Policy]:
    """Two policies of which the mirror knows nobody yet."""
    return [await make.policy(step(await make.user()), step(await make.user())) for _ in range(2)]


async def test_it_is_done_once_for_all_that_ask_in_one_turn(
    pool: Pool, stale: list[Policy], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[UUID] = []
    as_ever = policy.bring_up_to_date

    async def bring_up_to_date(connection: Connection, policy_id: UUID) -> None:
        done.append(policy_id)
        await as_ever(connection, policy_id)

    monkeypatch.setattr(policy, "bring_up_to_date", bring_up_to_date)
    mirrors = Mirrors(pool)
    await asyncio.gather(*(mirrors.freshen(one.id) for one in stale for _ in range(20)))
    assert sorted(done) == sorted(one.id for one in stale)
    assert await pool.fetchval("select count(*) from ep_step_on_call_users where end_time is null") == 4


async def test_one_that_cannot_be_written_fails_only_those_who_asked_for_it(pool: Pool, stale: list[Policy]) -> None:
    poisoned, healthy = stale
    await pool.execute(
        "create function poison() returns trigger language plpgsql as $$ begin raise 'poisoned'; end $$;"
        "create trigger poison before insert on ep_step_on_call_users for each row"
        f" when (new.ep_step_id = '{poisoned.steps[0].id}') execute function poison()"
    )
    mirrors = Mirrors(pool)
    asked = [poisoned, healthy, poisoned]
    answers = await asyncio.gather(*(mirrors.freshen(one.id) for one in asked), return_exceptions=True)
    assert [isinstance(answer, asyncpg.RaiseError) for answer in answers] == [True, False, True]
    assert answers[1] is None
    found = await pool.fetchval(
        "select count(*) from ep_step_on_call_users where ep_step_id = any($1)", [one.id for one in healthy.steps]
    )
    assert found == 2
