"""The clock that tests move."""

from datetime import timedelta

from tocsin.db.pool import Pool
from tocsin.testing.clock import Clock


async def test_a_transaction_keeps_the_time_that_it_began_with(pool: Pool, clock: Clock) -> None:
    async with pool.acquire() as connection:
        async with connection.transaction():
            before = await connection.fetchval("select now()")
            moved = await clock.advance(timedelta(minutes=5))
            assert await connection.fetchval("select now()") == before
        assert await connection.fetchval("select now()") >= moved
    assert timedelta(minutes=5) <= moved - before < timedelta(minutes=6)
