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
            select count(*) || '.' || coalesce(max(states.id), 0)
            from page_states as states
            where states.alert_id = alerts.id
        )
    ) as print
from alerts
left join escalation_policy_state as state on state.alert_id = alerts.id
where alerts.id = any($1::bigint[])

-- name: each_schedule
-- Something that changes when one of the schedules $1 does: what it is made of, the rotations of its rules, and who is on
-- call by it, whose changes all move its state. A row's xmin, the transaction that wrote it, tells any change of the row.
select
    schedules.id,
    concat_ws(
        '.',
        schedules.xmin,
        (select state.xmin from schedule_state as state where state.schedule_id = schedules.id),
        md5((
            select string_agg(concat_ws('.', rules.id, rules.xmin, rotations.xmin, state.xmin), '.' order by rules.id)
            from schedule_rules as rules
            left join rotations on rotations.id = rules.rotation_id
            left join rotation_state as state on state.rotation_id = rules.rotation_id
            where rules.schedule_id = schedules.id
        )),
        md5((
            select string_agg(concat_ws('.', participants.id, participants.xmin), '.' order by participants.id)
            from schedule_rules as rules
            join rotation_participants as participants on participants.rotation_id = rules.rotation_id
            where rules.schedule_id = schedules.id
        )),
        md5((
            select string_agg(concat_ws('.', overrides.id, overrides.xmin), '.' order by overrides.id)
            from schedule_overrides as overrides
            where overrides.schedule_id = schedules.id and overrides.end_at > now()
        )),
        md5((
            select string_agg(concat_ws('.', temporary.id, temporary.xmin, shifts.xmin), '.' order by temporary.id, shifts.id)
            from temporary_schedules as temporary
            left join temporary_schedule_shifts as shifts on shifts.temporary_schedule_id = temporary.id
            where temporary.schedule_id = schedules.id and temporary.end_at > now()
        ))
    ) as print
from schedules
where schedules.id = any($1::uuid[])

-- name: on_call
-- Something that changes when somebody comes or goes on call: for a step, by a schedule, or in a rotation.
select concat_ws(
    '.',
    (select count(*) || '.' || coalesce(sum(id), 0) from ep_step_on_call_users where end_time is null),
    (select count(*) || '.' || coalesce(sum(id), 0) from schedule_on_call_users where end_time is null),
    (select count(*) || '.' || coalesce(sum(version), 0) from rotation_state)
)

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
