-- name: release
-- Pages put off by a maintenance that is over go out now; it may have ended before the moment they were put off to.
update outgoing_messages as messages
set next_attempt = now()
from escalation_policy_state as state
join services on services.id = state.service_id
where
    services.id = $1
    and (services.maintenance_expires_at is null or services.maintenance_expires_at <= now())
    and messages.alert_id = state.alert_id
    and messages.status = 'pending'
    and messages.reason = 'in_maintenance'
    and messages.next_attempt > now()

-- name: wake
-- Clear a maintenance that is over (M2); wake the open alerts and the cycles of the service, which decide for themselves.
with service as (
    select id, maintenance_expires_at from services where id = $1 for no key update
),
cleared as (
    update services
    set maintenance_expires_at = null
    from service
    where services.id = service.id and service.maintenance_expires_at <= now()
    returning service.maintenance_expires_at
),
alert_jobs as (
    select engine_enqueue('alert', state.alert_id::text, now())
    from escalation_policy_state as state
    where state.service_id = $1
    order by state.alert_id
),
cycle_jobs as (
    select engine_enqueue('cycle', cycles.id::text, now())
    from notification_policy_cycles as cycles
    join escalation_policy_state as state on state.alert_id = cycles.alert_id
    where state.service_id = $1 and cycles.ended_at is null
    order by cycles.id
)
select
    (select cleared.maintenance_expires_at from cleared) as expired_at,
    case when service.maintenance_expires_at > now() then service.maintenance_expires_at end as maintenance_expires_at,
    (select count(*) from alert_jobs) as alerts,
    (select count(*) from cycle_jobs) as cycles,
    now() as now
from service
