"""A month is read by indexes, however many years of alerts there are."""

from tests.fixtures.plans import generic_plan, scans

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements

# Three years of alerts, each taken and closed, with two pages.
SEED = """
set local session_replication_role = replica;
insert into escalation_policies (id, name) select md5(n::text)::uuid, 'Policy ' || n from generate_series(1, 100) as n;
insert into services (id, name, escalation_policy_id)
select policies.id, 'Service ' || policies.name, policies.id from escalation_policies as policies;
insert into users (id, name, email)
select md5(n::text)::uuid, 'Person ' || n, n || '@example.org' from generate_series(1, 500) as n;
insert into alerts (service_id, summary, dedup_key, status, created_at, closed_at)
select md5((1 + n % 100)::text)::uuid, 'disk is full on host ' || n, n::text, 'closed', at, at + interval '1 hour'
from generate_series(1, 20000) as n
cross join lateral (select now() - interval '3 years' * (1 - n / 20000.0) as at) as moments;
insert into alert_logs (alert_id, event, at)
select id, event, created_at + interval '3 minutes'
from alerts, unnest(array['created', 'escalated', 'acknowledged', 'closed']) as event;
insert into outgoing_messages (
    idempotency_key, alert_id, user_id, target_name, destination_type, status, next_attempt, sent_at
)
select
    alerts.id || '.' || n, alerts.id, md5((1 + alerts.id % 500)::text)::uuid, 'P', 'webhook', 'sent', null, created_at
from alerts, generate_series(1, 2) as n;
"""


NAMES = ("alerts_by_hour", "pages_by_hour", "alerts_by_service", "people")


async def test_reports_read_no_large_table_from_end_to_end(pool: Pool) -> None:
    reports = Statements("tocsin.store.alerts", "reports.sql")
    async with pool.acquire() as connection:
        await connection.execute(SEED)
        await connection.execute("vacuum analyze")  # as autovacuum does
        plans = {name: list(scans(await generic_plan(connection, reports[name]))) for name in NAMES}
    assert plans == {name: [] for name in NAMES}
