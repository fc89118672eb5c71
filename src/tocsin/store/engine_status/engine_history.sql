-- name: lateness
-- Acted minus due over the last hour, by minute: of steps that alerts entered, and of pages from the moment they were
-- to go out until the end of their first attempt. The newest $1 entries of each log are read: no index has them by time.
with moves as (
    select 'alert' as kind, moves.moved_at as at, moves.moved_at - moves.due as late
    from (select id, alert_id, event, at from alert_logs order by id desc limit $1) as logs
    join escalation_moves as moves on moves.alert_id = logs.alert_id and moves.log_id = logs.id
    where logs.event = 'escalated' and logs.at > now() - interval '1 hour' and moves.due is not null
    union all
    select 'page', sent.sent_at, sent.sent_at - sent.created_at
    from (
        select messages.sent_at, messages.created_at
        from outgoing_messages as messages
        where messages.sent_at > now() - interval '1 hour' and messages.attempts = 1
        order by messages.sent_at desc
        limit $1
    ) as sent
    union all
    select 'page', events.at, events.at - messages.created_at
    from (select message_id, status, attempt, at from outgoing_message_events order by id desc limit $1) as events
    join outgoing_messages as messages on messages.id = events.message_id
    where
        events.status in ('pending', 'failed') and events.attempt = 1
        and events.at > now() - interval '1 hour'
),
seconds as (
    select kind, date_trunc('minute', at) as minute, greatest(extract(epoch from late), 0)::float8 as late from moves
)
select
    kind,
    minute,
    count(*) as count,
    percentile_cont(0.5) within group (order by late) as p50_seconds,
    max(late) as max_seconds
from seconds
group by kind, minute
order by kind, minute

-- name: repair_count
select count(*) from engine_repairs where repaired_at > now() - interval '1 day'

-- name: overdue
-- Objects that should have moved by now, the longest overdue first. A parked job's object is not among them.
select kind, id, due, reason from engine_overdue where due <= now() and reason <> 'parked' order by due, id limit $1
