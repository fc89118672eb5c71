-- name: alerts
-- $2 closed alerts of the last 800 days, on the services $1 in turn.
insert into alerts (service_id, summary, dedup_key, status, labels, created_at, last_seen_at, closed_at)
select
    ($1::uuid[])[1 + n % cardinality($1::uuid[])], 'disk is full on host ' || n, n::text, 'closed',
    jsonb_build_object('host', 'host' || n % 1000, 'region', 'eu'), at, at, at + interval '1 hour'
from generate_series(1, $2::integer) as n
cross join lateral (select now() - interval '800 days' * (1 - n::float8 / $2) as at) as moments

-- name: logs
insert into alert_logs (alert_id, event, at)
select alerts.id, event, alerts.created_at + interval '3 minutes'
from alerts, unnest(array['created', 'escalated', 'acknowledged', 'closed']) as event

-- name: pages
insert into outgoing_messages (
    idempotency_key, alert_id, user_id, target_name, destination_type, status, next_attempt, written_as, created_at,
    sent_at
)
select n::text, alerts.id, people.id, people.name, 'webhook', 'sent', null, 'sending', alerts.created_at, alerts.created_at
from alerts
cross join generate_series(1, 2) as n
cross join lateral (
    select users.id, users.name from users order by users.id offset alerts.id % 100 limit 1
) as people
