"""Whether the engine is well is told cheaply at 100,000 open alerts and 10,000 policies: from indexes only."""

from tests.fixtures.plans import generic_plan, scans

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements

# As the engine leaves them after a while: each alert stands on the first step of one of the policies and has a job.
# Rows go in without triggers and foreign keys, or this would take a minute.
SEED = """
set local session_replication_role = replica;
insert into escalation_policies (id, name)
select md5(n::text)::uuid, 'Policy ' || n from generate_series(1, 10000) as n;
insert into escalation_policy_steps (id, escalation_policy_id, step_number, delay)
select policies.id, policies.id, 0, interval '1 hour' from escalation_policies as policies;
insert into services (id, name, escalation_policy_id)
select policies.id, policies.name, policies.id from escalation_policies as policies;
insert into alerts (service_id, summary, dedup_key)
select md5((1 + n % 10000)::text)::uuid, 'disk is full', n::text from generate_series(1, 100000) as n;
insert into escalation_policy_state (
    alert_id, service_id, escalation_policy_id, escalation_policy_step_id, step_number, escalation_count, state,
    last_escalation, next_escalation
)
select
    alerts.id, alerts.service_id, alerts.service_id, alerts.service_id, 0, 1, 'escalating',
    now(), now() + interval '1 hour' * (alerts.id / 100000.0)
from alerts;
insert into users (id, name, email) values (md5('Ann')::uuid, 'Ann', 'ann@example.org');
insert into notification_policy_cycles (alert_id, user_id, escalation_count, step_number, loop_count, next_tick)
select alerts.id, md5('Ann')::uuid, 1, 0, 0, case when alerts.id % 100 = 0 then now() + interval '1 hour' end
from alerts where alerts.id % 4 = 0;
insert into outgoing_messages (idempotency_key, alert_id, target_name, destination_type, status, next_attempt)
select alerts.id::text, alerts.id, 'Ann', 'webhook', 'sent', null from alerts where alerts.id % 4 = 0;
insert into outgoing_message_events (message_id, status, attempt)
select messages.id, told.status, 1
from outgoing_messages as messages, unnest('{sending, sent}'::text[]) as told (status);
insert into pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
select
    0, 'alert', convert_to(state.alert_id::text, 'UTF8'), state.next_escalation - interval '1 microsecond',
    'alert:' || state.alert_id, 'queued'
from escalation_policy_state as state;
"""


async def test_what_tells_whether_the_engine_is_well_reads_no_large_table_from_end_to_end(pool: Pool) -> None:
    asked = {
        "the sweep, soon": Statements("tocsin.engine.healing", "sweep.sql")["soon"],
        "the sweep, ahead": Statements("tocsin.engine.healing", "sweep.sql")["ahead"],
        "metrics": Statements("tocsin.store.engine_status", "engine_overview.sql")["overdue"],
        "the watch and the dead man's switch": Statements("tocsin.store.engine_status", "engine_health.sql")["status"],
        "the home page": Statements("tocsin.store.engine_status", "engine_health.sql")["summary"],
    }
    async with pool.acquire() as connection:
        await connection.execute(SEED)
        await connection.execute("vacuum analyze")  # as autovacuum does
        found = {who: list(scans(await generic_plan(connection, text))) for who, text in asked.items()}
    assert {who: tables for who, tables in found.items() if tables} == {}
