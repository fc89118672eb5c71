-- One alert, in one round trip, by an integration key ($1 its hash, $2 its type, $3 the sender's address) or by an
-- actor on a service ($4, $5). An open alert with the same key takes the message in instead. The key is looked up in
-- this statement, so that a revoked one stops at once; its use is noted at most once a minute, by nobody who would
-- have to wait for it. A new alert has count 1, and no other has.
-- name: raise
with source as (
    select
        keys.id as key_id,
        keys.service_id,
        keys.type = $2 as is_allowed,
        jsonb_build_object('type', 'integration_key', 'id', keys.id, 'name', keys.name, 'ip', $3::text) as actor
    from integration_keys as keys
    where keys.token_hash = $1 and keys.revoked_at is null
    union all
    select null, services.id, true, $5::jsonb
    from services
    where services.id = $4
),
used as (
    update integration_keys
    set last_used_at = now()
    where id = (
        select keys.id
        from integration_keys as keys
        join source on source.key_id = keys.id
        where keys.last_used_at is null or keys.last_used_at < now() - interval '1 minute'
        for no key update of keys skip locked
    )
),
raised as (
    insert into alerts as alert (service_id, integration_key_id, summary, details, severity, labels, dedup_key)
    select source.service_id, source.key_id, $6, $7, $8, $9::jsonb, $10
    from source
    where source.is_allowed
    on conflict (service_id, dedup_key) where status <> 'closed' do update
    set
        count = alert.count + 1,
        last_seen_at = now(),
        details = case when excluded.details = '' then alert.details else excluded.details end,
        severity = case
            when
                array_position(array['critical', 'error', 'warning', 'info'], excluded.severity)
                < array_position(array['critical', 'error', 'warning', 'info'], alert.severity)
                then excluded.severity
            else alert.severity
        end
    returning alert.id, alert.service_id, alert.count, alert.summary, alert.severity, alert.labels
),
logged as (
    insert into alert_logs (alert_id, event, actor, meta)
    select
        raised.id,
        case raised.count when 1 then 'created' else 'duplicate_suppressed' end,
        source.actor,
        jsonb_strip_nulls(jsonb_build_object(
            'count', raised.count,
            'summary', nullif($6, raised.summary),
            'severity', nullif($8, raised.severity),
            'labels', nullif(nullif($9::jsonb, raised.labels), '{}'),
            'mended', nullif(to_jsonb($11::text[]), '[]')
        ))
    from raised
    cross join source
)
select source.is_allowed, raised.id as alert_id, raised.service_id, raised.count = 1 as is_new
from source
left join raised on true

-- name: open_alert
select id from alerts where service_id = $1 and dedup_key = $2 and status <> 'closed'

-- The alert's row is locked before the row of its escalation, here as everywhere. Foreign keys of rows that the engine
-- writes meanwhile can still be checked.
-- name: lock
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

-- Whether this person (or key, or token without a person) has acknowledged since the alert was last acknowledged.
-- name: has_acknowledged
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

-- Where an open alert stands, locked, and what its service and policy allow now. The policy is the one that the engine
-- would go by: the service's, or the catch-all of that once it has taken over.
-- name: lock_escalation
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

-- What the acknowledgement was to stop is stopped here, for there may have been no engine to see it (A4).
-- name: trigger_again
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
insert into alert_logs (alert_id, event, actor, meta) values ($1, $2, $3::jsonb, $4::jsonb)
