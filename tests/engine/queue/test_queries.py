"""The queue under the engine: no event is swallowed, waiting jobs coalesce, its schema is the one PgQueuer declares."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from pgqueuer.adapters.persistence import schema_ddl
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter
from tests.fixtures.database import cloned
from tests.fixtures.engine import minutes

from tocsin.db.pool import CONNECTION_ERRORS, Pool, open_all, open_pool
from tocsin.engine.queue.capacity import Capacity
from tocsin.engine.queue.connections import open_queue_connections
from tocsin.engine.queue.local_notify import NotificationThrottle
from tocsin.engine.queue.queries import QueueQueries, build_queries, names
from tocsin.testing.clock import Clock

ENQUEUE = "select engine_enqueue('alert', '7', now() + $1::interval)"


async def jobs(pool: Pool) -> Sequence[tuple[str, timedelta]]:
    """Status and time until due of each job, and the microsecond by which PgQueuer is later."""
    rows = await pool.fetch("select status, execute_after - now() as wait from pgqueuer order by id")
    return [(row["status"], row["wait"] + timedelta(microseconds=1)) for row in rows]


async def test_waiting_jobs_of_one_object_coalesce_and_keep_the_earliest_due(pool: Pool, clock: Clock) -> None:
    for wait in (10, 3, 20):
        await pool.execute(ENQUEUE, minutes(wait))
    assert await jobs(pool) == [("queued", minutes(3))]


async def test_jobs_of_other_objects_and_kinds_stay_apart(pool: Pool) -> None:
    await pool.execute("select engine_enqueue('alert', '7', now()), engine_enqueue('alert', '8', now())")
    await pool.execute("select engine_enqueue('page', '7', now())")
    assert len(await jobs(pool)) == 3


async def pick(pool: Pool) -> None:
    await pool.execute("update pgqueuer set status = 'picked' where status = 'queued'")


async def test_an_event_that_arrives_while_the_job_runs_is_not_swallowed(pool: Pool, clock: Clock) -> None:
    await pool.execute(ENQUEUE, minutes(0))
    await pick(pool)
    await pool.execute(ENQUEUE, minutes(0))
    assert [status for status, _ in await jobs(pool)] == ["picked", "queued"]


async def test_without_the_trigger_that_gives_the_key_up_the_event_would_be_swallowed(pool: Pool, clock: Clock) -> None:
    await pool.execute("drop trigger engine_release_dedupe_key on pgqueuer")
    await pool.execute(ENQUEUE, minutes(0))
    await pick(pool)
    await pool.execute(ENQUEUE, minutes(0))
    assert [status for status, _ in await jobs(pool)] == ["picked"]


@pytest.mark.parametrize(("wait", "notified"), [(3, True), (5, False)])
async def test_only_what_is_due_soon_is_notified(database: str, wait: int, notified: bool) -> None:
    connection = await asyncpg.connect(database)
    heard: list[object] = []
    try:
        await connection.add_listener("ch_pgqueuer", lambda *arguments: heard.append(arguments[-1]))
        await connection.execute(ENQUEUE, timedelta(seconds=wait))
        await connection.fetchval("select 1")
    finally:
        await connection.close()
    assert bool(heard) is notified


@pytest.fixture
async def queries(database: str) -> AsyncIterator[QueueQueries]:
    """The statements of a worker with a capacity of ten jobs, all its connections open."""
    async with open_queue_connections(database, size=2, settings={"lock_timeout": "300ms"}) as connections:
        await open_all(connections.pool)
        listener = await asyncpg.connect(database)
        try:
            made = build_queries(connections, listener, NotificationThrottle)
            made.capacity = Capacity(10, lambda: 0, asyncio.Event())
            yield made
        finally:
            await listener.close()


async def take(queries: QueueQueries) -> Sequence[Job]:
    kinds = {QueueEntrypoint("alert"): EntrypointExecutionParameter(0)}
    return await queries.dequeue(10, kinds, QueueManagerId(uuid4()), None, timedelta(seconds=6))


async def test_a_job_that_is_done_is_gone(pool: Pool, queries: QueueQueries) -> None:
    await pool.execute(ENQUEUE, minutes(0))
    await queries.log_jobs([(job, "successful", None) for job in await take(queries)])
    assert await jobs(pool) == []
    assert queries.picked == {}


CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and application_name = 'tocsin queue'
"""


async def test_a_job_that_was_in_hand_when_connections_broke_runs_once_more(pool: Pool, queries: QueueQueries) -> None:
    """A server that crashes breaks them too, and may have undone what the job did."""
    await pool.execute(ENQUEUE, minutes(0))
    (job,) = await take(queries)
    await pool.execute(CUT)
    for _ in range(3):  # as PgQueuer does when it cannot log
        with suppress(asyncpg.PostgresError, *CONNECTION_ERRORS):
            await queries.log_jobs([(job, "successful", None)])
            break
    assert [status for status, _ in await jobs(pool)] == ["queued"]
    assert [again.id for again in await take(queries)] == [job.id]
    await queries.log_jobs([(job, "successful", None)])
    assert await jobs(pool) == []


async def test_a_job_whose_row_is_held_as_it_is_to_be_tried_again_stays_for_its_heartbeat(
    pool: Pool, queries: QueueQueries, database: str
) -> None:
    """PgQueuer would park it, as it does with whatever cannot be retried."""
    await pool.execute(ENQUEUE, minutes(0))
    (job,) = await take(queries)
    async with (
        open_pool(database, size=1, application_name="holder") as other,
        other.acquire() as holder,
        holder.transaction(),
    ):
        await holder.execute("select from pgqueuer where id = $1 for update", job.id)
        await queries.retry_job(job, minutes(1), None)
    assert [status for status, _ in await jobs(pool)] == ["picked"]
    await queries.retry_job(job, minutes(1), None)
    assert [status for status, _ in await jobs(pool)] == ["queued"]


# What of our own is in the queue's tables, beside what PgQueuer declares.
OURS = {
    "index pgqueuer_line_idx on pgqueuer using btree (entrypoint, priority desc, execute_after)"
    " where (status = 'queued'::pgqueuer_status)",
    "index pgqueuer_object_idx on pgqueuer using btree (entrypoint, payload) where (dedupe_key is null)",
    "index pgqueuer_parked_idx on pgqueuer using btree (entrypoint, payload)"
    " where (status = 'failed'::pgqueuer_status)",
    "trigger engine_release_dedupe_key on pgqueuer",
}
DROPPED = {
    "trigger tg_pgqueuer_changed on pgqueuer",
    "index pgqueuer_queue_manager_id_idx on pgqueuer using btree (queue_manager_id)"
    " where (queue_manager_id is not null)",
    "index pgqueuer_ep_prio_id_idx on pgqueuer using btree (entrypoint, priority desc, id)"
    " where (status = 'queued'::pgqueuer_status)",
    "index pgqueuer_priority_id_id1_idx on pgqueuer using btree (priority, id desc) include (id)"
    " where (status = 'queued'::pgqueuer_status)",
    "index pgqueuer_updated_id_id1_idx on pgqueuer using btree (updated, id desc) include (id)"
    " where (status = 'picked'::pgqueuer_status)",
}

SCHEMA = """
select format(
    'column %s.%s %s%s%s%s', class.relname, attname, format_type(atttypid, atttypmod),
    case when attnotnull then ' not null' end,
    ' default ' || pg_get_expr(adbin, adrelid),
    case when attidentity <> '' then ' identity ' || attidentity::text end
) as part
from pg_class as class
join pg_attribute on attrelid = class.oid and attnum > 0 and not attisdropped
left join pg_attrdef on adrelid = attrelid and adnum = attnum
where class.relkind = 'r' and class.relname like 'pgqueuer%'
union all
select format('table %s %s', relname, relpersistence) from pg_class where relkind = 'r' and relname like 'pgqueuer%'
union all
select replace(replace(lower(indexdef), 'public.', ''), 'create ', '') from pg_indexes where tablename like 'pgqueuer%'
union all
select format('constraint %s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
where conrelid in (select oid from pg_class where relname like 'pgqueuer%')
union all
select format('trigger %s on %s', tgname, tgrelid::regclass) from pg_trigger
where tgrelid::regclass::text like 'pgqueuer%'
union all
select format('function %s %s', proname, prosrc) from pg_proc where proname = 'fn_pgqueuer_changed'
union all
select format('label %s %s', enumsortorder, enumlabel) from pg_enum where enumtypid = 'pgqueuer_status'::regtype
"""


@pytest.fixture
async def declared(postgres_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A database with nothing but what the installed PgQueuer declares."""
    async with cloned(postgres_dsn, "template0") as dsn:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(schema_ddl.render_install(names()))
            yield connection
        finally:
            await connection.close()


async def test_the_queues_schema_is_the_one_that_pgqueuer_declares(pool: Pool, declared: asyncpg.Connection) -> None:
    wanted = {row["part"] for row in await declared.fetch(SCHEMA)}
    found = {row["part"] for row in await pool.fetch(SCHEMA)}
    assert len(wanted) > 60
    assert found - wanted == OURS
    assert wanted - found == DROPPED


async def test_a_fetch_that_is_full_is_followed_by_those_in_turn_and_two_workers_share_them(
    pool: Pool, queries: QueueQueries
) -> None:
    await pool.execute(
        "insert into pgqueuer (priority, entrypoint, payload, execute_after, status)"
        " select case number when 90 then 0 else -64 end, 'alert', convert_to(number::text, 'UTF8'),"
        " now() - (100 - number) * interval '1 s', 'queued' from generate_series(1, 90) as number"
    )
    taken = [[int(job.payload or b"") for job in await take(queries)] for _ in range(9)]
    assert sorted(taken[0]) == list(range(1, 11)), "the longest due"
    assert 90 in taken[1], "the most urgent, though it has come last"
    assert sorted(number for batch in taken for number in batch) == list(range(1, 91))
    assert await take(queries) == []


async def test_what_another_has_taken_is_passed_over(pool: Pool, queries: QueueQueries) -> None:
    await pool.execute(
        "insert into pgqueuer (priority, entrypoint, payload, execute_after, status)"
        " select 0, 'alert', convert_to(number::text, 'UTF8'), now() - interval '1 s', 'queued'"
        " from generate_series(1, 60) as number"
    )
    first, second = await take(queries), await take(queries)
    await pool.execute("update pgqueuer set status = 'picked' where status = 'queued' and id % 2 = 0")
    rest = [await take(queries) for _ in range(5)]
    numbers = [job.id for batch in (first, second, *rest) for job in batch]
    assert len(numbers) == len(set(numbers)) == 40
    assert rest[-1] == []
