-- name: lock
-- The alert's row is locked before the row of its escalation, here as everywhere. Foreign keys of rows that the engine
-- writes meanwhile can still be checked.
select status from alerts where id = $1 for no key update

-- name: acknowledge
update alerts
set
    status = 'acknowledged',
    acknowledged_at = case when status = 'acknowledged' then acknowledged_at else now() end,
    acknowledged_until = case
        when services.ack_timeout is null then null
        when chosen.lasts_longer then acknowledged_until
        else now() + services.ack_timeout
    end,
    acknowledged_from = case when chosen.lasts_longer then null else now() end
from services
cross join lateral (
    select coalesce(
        former.status = 'acknowledged'
        and former.acknowledged_from is null
        and former.acknowledged_until > now() + services.ack_timeout,
        false
    ) as lasts_longer
    from alerts as former
    where former.id = $1
) as chosen
where alerts.id = $1 and services.id = alerts.service_id
returning acknowledged_until

-- name: snooze
update alerts
set
    status = 'acknowledged',
    acknowledged_at = case when status = 'acknowledged' then acknowledged_at else now() end,
    acknowledged_until = coalesce($2::timestamptz, now() + $3::interval),
    acknowledged_from = null
where id = $1
returning acknowledged_until

-- name: has_acknowledged
-- Whether this person (or key, or token without a person) has acknowledged since the alert was last acknowledged.
select exists (
    select
    from alert_logs as logs
    join alerts on alerts.id = logs.alert_id
    where
        logs.alert_id = $1
        and logs.event in ('acknowledged', 'snoozed')
        and logs.at >= alerts.acknowledged_at
        and coalesce(logs.meta ->> 'user_id', logs.actor ->> 'id') is not distinct from $2
)

-- name: end_cycles
update notification_policy_cycles as cycles
set ended_at = now(), end_reason = 'acknowledged', next_tick = null
from (
    select running.id
    from notification_policy_cycles as running
    where running.alert_id = $1 and running.user_id = $2 and running.ended_at is null
    order by running.id
    for no key update
) as held
where cycles.id = held.id

-- name: close
update alerts set status = 'closed', closed_at = now(), acknowledged_until = null where id = $1

-- name: close_many
-- Alerts that are open and locked.
with closed as (
    update alerts
    set status = 'closed', closed_at = now(), acknowledged_until = null
    where id = any($1::bigint[]) and status <> 'closed'
    returning id
)
insert into alert_logs (alert_id, event, actor, meta, payload_id)
select closed.id, 'closed', $2::jsonb, '{}', $3
from closed
order by closed.id

-- name: lock_escalation
-- Where an open alert stands, locked, and what its service and policy allow now. The policy is the one that the engine
-- would go by: the service's, or the catch-all of that once it has taken over.
select
    alerts.status,
    state.state,
    state.step_number,
    state.escalation_count,
    state.force_escalation,
    state.version,
    held.maintenance_expires_at,
    held.maintenance_exceptions,
    held.window_ends_at,
    held.windows,
    alerts.summary,
    alerts.dedup_key,
    policy.id as policy_id,
    now() as now,
    exists (
        select from escalation_policy_steps as steps where steps.escalation_policy_id = policy.id
    ) as has_steps
from escalation_policy_state as state
join alerts on alerts.id = state.alert_id
join services on services.id = state.service_id
join escalation_policies as policies on policies.id = services.escalation_policy_id
join service_maintenance as held on held.service_id = services.id
cross join lateral (select policy_to_climb(state.*, policies.*) as id) as policy
where state.alert_id = $1
for no key update of state

-- name: step
select id from escalation_policy_steps where escalation_policy_id = $1 and step_number = $2

-- name: trigger_again
-- What the acknowledgement was to stop is stopped here, for there may have been no engine to see it (A4).
with triggered as (
    update alerts
    set status = 'triggered', acknowledged_at = null, acknowledged_until = null
    where id = $1 and status = 'acknowledged'
    returning id
)
select stop_paging(triggered.id, 'acknowledged') from triggered

-- name: force
update escalation_policy_state
set force_escalation = true, force_step_id = $2, next_escalation = now(), version = version + 1
where alert_id = $1

-- name: log
with touched as (
    update alerts set touched_at = now() where id = $1 and status <> 'closed'
)
insert into alert_logs (alert_id, event, actor, meta, payload_id) values ($1, $2, $3::jsonb, $4::jsonb, $5)
