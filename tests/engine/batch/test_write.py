"""What jobs write at the same moment goes in one call; what is not done together is a transaction of its own each."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from tocsin.db.pool import Pool, open_pool
from tocsin.engine.batch.write import BatchWriter, Work

COUNT = 20
HELD = 3

# Stands in the place of a function that engine_each knows: what it does is of no matter here.
WRITE = """
create table written (number integer primary key, at timestamptz not null default now());
create or replace function tick_cycle(work jsonb) returns boolean language plpgsql as $$
begin
    if work ? 'poison' then
        raise exception 'number % is poisoned', work ->> 'number';
    end if;
    insert into written (number) values ((work ->> 'number')::integer);
    return case when (work ->> 'number')::integer % 2 = 0 then true end;
end $$;
"""
BY_TRANSACTION = "select count(distinct xmin::text) as transactions, count(distinct at) as moments from written"


@pytest.fixture
async def writing(pool: Pool) -> BatchWriter:
    await pool.execute(WRITE)
    return BatchWriter(pool, "tick_cycle")


async def write(writer: BatchWriter, work: Sequence[Work]) -> Sequence[object]:
    return await asyncio.gather(*(writer.write(each) for each in work), return_exceptions=True)


async def test_each_is_a_transaction_of_its_own_with_a_now_of_its_own(writing: BatchWriter) -> None:
    done = await write(writing, [{"number": number} for number in range(COUNT)])
    assert done == [True, None] * (COUNT // 2)
    row = await writing.pool.fetchrow(BY_TRANSACTION)
    assert row is not None
    assert tuple(row) == (COUNT, COUNT)


async def test_one_that_fails_undoes_no_other_and_its_writer_sees_the_error(writing: BatchWriter) -> None:
    work: list[Work] = [{"number": number} for number in range(COUNT)]
    work[7] = {"number": 7, "poison": True}
    done = await write(writing, work)
    assert isinstance(done[7], asyncpg.RaiseError)
    assert "number 7 is poisoned" in str(done[7])
    assert [each for number, each in enumerate(done) if number != 7] == [
        True if number % 2 == 0 else None for number in range(COUNT) if number != 7
    ]


async def test_a_locked_row_is_not_waited_for_by_the_others(writing: BatchWriter, database: str) -> None:
    async with open_pool(database, size=1, application_name="holder") as other, other.acquire() as holder:
        held = holder.transaction()
        await held.start()
        await holder.execute("insert into written (number) values ($1)", HELD)
        running = [asyncio.create_task(writing.write({"number": number})) for number in range(COUNT)]
        others = running[:HELD] + running[HELD + 1 :]
        async with asyncio.timeout(10):
            await asyncio.gather(*others)
        assert not running[HELD].done()
        await held.rollback()
        assert await running[HELD] is None
