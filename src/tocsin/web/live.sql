-- name: alerts
-- Something that changes whenever anything happens to any alert. Ids of one sequence commit out of order: the sum over
-- the latest tells one that comes in below the highest.
select coalesce(max(latest.id), 0) || '.' || coalesce(sum(latest.id), 0)
from (select id from alert_logs order by id desc limit 256) as latest

-- name: each_alert
-- The same for each of the alerts $1, with its escalation and its pages.
select
    alerts.id,
    concat_ws(
        '.', alerts.status, alerts.count, state.version, state.state,
        (select count(*) from alert_logs as logs where logs.alert_id = alerts.id),
        (
            select count(*) || '.' || coalesce(max(events.id), 0)
            from outgoing_messages as messages
            join outgoing_message_events as events on events.message_id = messages.id
            where messages.alert_id = alerts.id
        )
    ) as print
from alerts
left join escalation_policy_state as state on state.alert_id = alerts.id
where alerts.id = any($1::bigint[])

-- name: engine
-- Something that changes when an engine comes, goes, pauses or resumes, and when a job is parked or retried.
select concat_ws(
    '.',
    (select count(*) || '.' || coalesce(max(jobs.id), 0) from pgqueuer as jobs where jobs.status = 'failed'),
    (
        select string_agg(
            engines.id || coalesce(engines.paused_because, '') || (engines.last_seen_at > now() - interval '30 seconds'),
            '.' order by engines.id
        )
        from engine_instances as engines
    )
)
