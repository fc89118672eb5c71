"""No hot statement reads a large table from end to end, with a day's worth of rows and jobs in it."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from tests.fixtures.factories import Factory, step
from tests.fixtures.plans import LARGE, generic_plan, scans

from tocsin.db.pool import Pool, open_pool
from tocsin.db.sql import Statements
from tocsin.engine.queue.queries import HEARTBEAT_TIMEOUT, names
from tocsin.engine.runner import SESSION

KINDS = [QueueEntrypoint(kind) for kind in ("alert", "cycle", "service", "policy")]

SEED = """
alter table alerts disable trigger user;
alter table alert_closings disable trigger user;
alter table escalation_policy_state disable trigger user;
alter table notification_policy_cycles disable trigger user;
alter table outgoing_messages disable trigger user;
insert into alerts (service_id, summary, dedup_key)
select services.id, 'disk is full', number::text from services, generate_series(1, 5000) as number;
insert into escalation_policy_state (
    alert_id, service_id, escalation_policy_id, escalation_policy_step_id, step_number, state, next_escalation
)
select
    alerts.id, services.id, services.escalation_policy_id, steps.id, 0, 'escalating',
    now() + alerts.id * interval '1 s'
from alerts
join services on services.id = alerts.service_id
join escalation_policy_steps as steps on steps.escalation_policy_id = services.escalation_policy_id;
insert into notification_policy_cycles (alert_id, user_id, escalation_count, step_number, loop_count, next_tick)
select alerts.id, users.id, 0, 0, 0, now() + alerts.id * interval '1 s' from alerts, users;
insert into outgoing_messages (idempotency_key, alert_id, cycle_id, target_name, destination_type, status, next_attempt)
select cycles.id::text, cycles.alert_id, cycles.id, 'Ann', 'webhook',
    case when cycles.alert_id % 100 = 0 then 'pending' else 'sent' end,
    case when cycles.alert_id % 100 = 0 then now() + interval '1 hour' end
from notification_policy_cycles as cycles;
insert into alert_logs (alert_id, event) select id, 'created' from alerts;
insert into escalation_moves (alert_id, log_id, state, loop_count, escalation_count)
select alert_id, id, 'escalating', 0, 1 from alert_logs;
insert into outgoing_message_events (message_id, status, attempt) select id, 'sent', 1 from outgoing_messages;
insert into alert_closings (alert_id, next_change) select id, now() + id * interval '1 s' from alerts;
insert into heartbeat_monitors (service_id, name, timeout, token_hash)
select services.id, 'backup', interval '1 h', sha256(number::text::bytea)
from services, generate_series(1, 5000) as number;
update heartbeat_state set status = 'up', last_ok_at = now(), next_change = now() + interval '1 h';
insert into heartbeat_history (monitor_id, status, reason, started_at)
select id, 'up', 'beats', now() from heartbeat_monitors;
insert into heartbeat_pings (monitor_id, place, number, kind)
select id, place, place, 'ok' from heartbeat_monitors, generate_series(1, 2) as place;
alter table alerts enable trigger user;
alter table alert_closings enable trigger user;
alter table escalation_policy_state enable trigger user;
alter table notification_policy_cycles enable trigger user;
alter table outgoing_messages enable trigger user;
"""

JOBS = """
insert into pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
select 0, kind, convert_to(number::text, 'UTF8'), now() + number * interval '1 minute', kind || ':' || number, 'queued'
from unnest('{alert, cycle, page}'::text[]) as kind, generate_series(1, 17000) as number;
analyze pgqueuer;
"""

ALSO_LARGE = LARGE | {
    "alert_closings",
    "heartbeat_history",
    "heartbeat_monitors",
    "heartbeat_pings",
    "heartbeat_state",
}

HEARTBEAT_JOB = ("load", "wait", "hold", "move", "note_alert", "end_history", "begin_history", "note_alert_in_history")
HOT = {
    ("tocsin.engine.jobs", "alert.sql"): ("load", "pause", "stop"),
    ("tocsin.engine.jobs", "alert_moves.sql"): ("last_moves", "restore"),
    ("tocsin.engine.jobs", "closing.sql"): ("load", "wait", "never", "close"),
    ("tocsin.engine.jobs", "cycle.sql"): ("load", "hold", "end"),
    ("tocsin.engine.jobs", "heartbeat.sql"): HEARTBEAT_JOB,
    ("tocsin.engine.jobs", "page.sql"): ("load", "try_again", "failed", "end", "defer", "let_go", "claims_but"),
    ("tocsin.store.heartbeats", "pings.sql"): ("ping", "restore", "last"),
}

# Work for each of the SQL functions that write, with one alert, cycle and page in hand.
WORK = """
select
    jsonb_build_object(
        'alert_id', alerts.id, 'version', state.version, 'policy_id', state.escalation_policy_id,
        'step_id', state.escalation_policy_step_id, 'step_number', 0, 'loop_count', 1, 'delay', '60 s',
        'users', jsonb_build_array(jsonb_build_object(
            'id', cycles.user_id, 'next_in', '60 s', 'rules', paging_rules(cycles.user_id), 'pages', (
                select jsonb_agg(jsonb_build_object(
                    'rule_id', rules.id, 'contact_method_id', rules.contact_method_id, 'round', 0,
                    'status', 'pending', 'reason', null
                ))
                from notification_rules as rules
            )
        )),
        'claimed_by', gen_random_uuid(), 'claim', '30 s', 'repeat_every', '60 s',
        'channels', jsonb_build_array(cycles.id),
        'entries', '[{"event": "escalated", "reason": "due", "meta": {}}]'::jsonb
    ) as entered,
    jsonb_build_object(
        'now', now(), 'cycles', jsonb_build_array(jsonb_build_object(
            'id', cycles.id, 'last_tick', cycles.last_tick, 'next_tick', null, 'pages', (
                select jsonb_agg(jsonb_build_object(
                    'rule_id', rules.id, 'contact_method_id', rules.contact_method_id, 'round', 0,
                    'status', 'pending', 'reason', null
                ))
                from notification_rules as rules
            )
        ))
    ) as ticked,
    jsonb_build_object(
        'page_id', messages.id, 'attempts', messages.attempts, 'claim', '30 s', 'claimed_by', gen_random_uuid(),
        'alert_status', alerts.status
    ) as attempt,
    jsonb_build_object('page_id', messages.id, 'attempts', messages.attempts + 1) as sent
from outgoing_messages as messages
join notification_policy_cycles as cycles on cycles.id = messages.cycle_id
join alerts on alerts.id = cycles.alert_id
join escalation_policy_state as state on state.alert_id = alerts.id
where alerts.id = 100
"""
WRITES = "select enter_step($1), tick_cycle($2), claim_page($3), page_sent($4)"
READ_WHOLE = """
select relname from pg_stat_xact_user_tables where seq_scan > 0 and relname = any($1)
"""


@pytest.fixture
async def full(pool: Pool, make: Factory) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database with thousands of open alerts."""
    await make.service(await make.policy(step(await make.reachable_user())))
    async with pool.acquire() as connection:
        await connection.execute(SEED)
        await connection.execute("analyze")
        yield connection


@pytest.fixture
async def young(database: str, pool: Pool) -> AsyncIterator[asyncpg.Connection]:
    """An engine's connection to an empty database that somebody has analyzed."""
    await pool.execute("vacuum analyze")
    async with (
        open_pool(database, size=1, application_name="young", settings=SESSION) as engines,
        engines.acquire() as connection,
    ):
        yield connection


@pytest.fixture
async def waiting(pool: Pool) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database with 51,000 jobs that wait."""
    async with pool.acquire() as connection:
        await connection.execute(JOBS)
        yield connection


async def most_rows_read(connection: asyncpg.Connection, statement: str, *arguments: object) -> float:
    """The most rows of the queue that a step of the plan came upon, each time that it ran."""
    found = await connection.fetchval(f"explain (analyze, format json) {statement}", *arguments)
    return max(_rows_read(found[0]["Plan"]))


def _rows_read(plan: Mapping[str, Any]) -> Iterator[float]:
    if plan.get("Relation Name") == "pgqueuer" and "Scan" in plan["Node Type"]:
        yield plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    for below in plan.get("Plans", ()):
        yield from _rows_read(below)


async def read_whole(connection: asyncpg.Connection) -> Mapping[str, Sequence[str]]:
    """The hot statements that read large tables from end to end, with those."""
    found = {
        f"{file} {name}": list(scans(await generic_plan(connection, Statements(package, file)[name]), ALSO_LARGE))
        for (package, file), statements in HOT.items()
        for name in statements
    }
    return {statement: tables for statement, tables in found.items() if tables}


async def test_the_engines_statements_read_no_large_table_from_end_to_end(full: asyncpg.Connection) -> None:
    assert await read_whole(full) == {}


async def test_a_plan_made_while_tables_are_known_to_be_empty_reads_none_from_end_to_end(
    young: asyncpg.Connection,
) -> None:
    """Which an engine's connections keep while a storm fills them."""
    assert await read_whole(young) == {}


async def test_what_the_engine_writes_by_functions_reads_no_large_table_from_end_to_end(
    full: asyncpg.Connection,
) -> None:
    await full.execute("update notification_policy_cycles set next_tick = null where alert_id = 100")
    work = await full.fetchrow(WORK)
    assert work is not None
    await full.execute("set plan_cache_mode = force_generic_plan; set enable_seqscan = off")  # as engines' sessions do
    await full.execute("select pg_stat_force_next_flush()")  # or what this session read before counts too
    async with full.transaction():
        done = await full.fetchrow(WRITES, *work)
        assert done is not None
        assert (len(done[0]), *done[1:]) == (1, True, 1, True)
        found = await full.fetch(READ_WHOLE, list(LARGE))
    assert [row["relname"] for row in found] == []


async def test_a_fetch_looks_at_no_job_that_waits(waiting: asyncpg.Connection) -> None:
    dequeue = QueryQueueBuilder(names()).build_dequeue_query(
        batch_size=50,
        entrypoints=KINDS,
        concurrency_limits=[0] * len(KINDS),
        queue_manager_id=QueueManagerId(uuid4()),
        global_concurrency_limit=None,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
    )
    await waiting.execute("update pgqueuer set execute_after = now() - interval '1 s' where id <= 20")
    assert await most_rows_read(waiting, dequeue.sql, *dequeue.args) <= 20


async def test_the_look_between_fetches_reads_a_job_a_kind_at_most(waiting: asyncpg.Connection) -> None:
    queue = Statements("tocsin.engine.queue", "queries.sql")
    assert await most_rows_read(waiting, queue["next_due_in"], KINDS) <= 1


async def test_whether_the_engine_is_well_is_told_without_a_look_at_jobs_of_later(waiting: asyncpg.Connection) -> None:
    health = Statements("tocsin.store.engine_status", "engine_health.sql")
    assert await most_rows_read(waiting, health["status"]) <= 20
    assert await most_rows_read(waiting, health["summary"]) <= 20
    # Without the kinds, a PostgreSQL older than 18 would read all of the index for that.
    [late] = [
        cond for cond in _index_conditions(await generic_plan(waiting, health["summary"])) if "execute_after" in cond
    ]
    assert "entrypoint = ANY" in late


def _index_conditions(plan: Mapping[str, Any]) -> Iterator[str]:
    yield plan.get("Index Cond", "")
    for below in plan.get("Plans", ()):
        yield from _index_conditions(below)
