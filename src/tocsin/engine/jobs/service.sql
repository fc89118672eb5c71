-- name: load
-- Services, the maintenance of each and its planned windows.
select
    services.id,
    held.maintenance_expires_at,
    held.window_ends_at,
    state.next_change,
    state.version,
    held.windows,
    now() as now
from services
join service_maintenance as held on held.service_id = services.id
left join service_state as state on state.service_id = services.id
where services.id = any($1::uuid[])

-- name: keep_windows
-- What the windows say, for who reads alerts. Nothing when another run has written since.
insert into service_state as state (service_id, window_ends_at, next_change)
select $1, $3, $4
where $2::bigint is not null or not exists (select from service_state where service_id = $1)
on conflict (service_id) do update
set window_ends_at = excluded.window_ends_at, next_change = excluded.next_change, version = state.version + 1
where state.version = $2
returning true as done

-- name: clear
-- Clear a maintenance that is over (M2).
update services set maintenance_expires_at = null
where id = $1 and maintenance_expires_at <= now()
returning true as done

-- name: release
-- Pages put off by a maintenance ask again now whether it holds them, but for those that it surely does: to its end they
-- are put off already, and it has no exceptions that may let them pass.
-- One that somebody holds is being sent, cancelled or put off: waiting for it while holding others could be a deadlock,
-- and who puts it off looks once more whether it has to be (let_go).
update outgoing_messages
set next_attempt = now()
where outgoing_messages.id in (
    select messages.id
    from outgoing_messages as messages
    join alerts on alerts.id = messages.alert_id
    join service_maintenance as held on held.service_id = alerts.service_id
    where
        alerts.service_id = $1
        and alerts.status <> 'closed'
        and messages.status = 'pending'
        and messages.reason = 'in_maintenance'
        and messages.next_attempt > now()
        and (
            held.maintenance_exceptions <> '{}'
            or messages.next_attempt is distinct from held.stored_until
        )
    order by messages.id
    for no key update of messages skip locked
)

-- name: wake
-- Wake the open alerts, the cycles and the closings of the service, which decide for themselves.
with alert_jobs as (
    select engine_enqueue('alert', open.id::text, now())
    from alerts as open
    where open.service_id = $1 and open.status <> 'closed'
    order by open.id
),
cycle_jobs as (
    select engine_enqueue('cycle', cycles.id::text, now())
    from notification_policy_cycles as cycles
    join alerts as open on open.id = cycles.alert_id
    where open.service_id = $1 and open.status <> 'closed' and cycles.ended_at is null
    order by cycles.id
),
closing_jobs as (
    select engine_enqueue('closing', open.id::text, now())
    from alerts as open
    join services on services.id = open.service_id
    left join alert_closings as closings on closings.alert_id = open.id
    where
        open.service_id = $1
        and open.status <> 'closed'
        and (services.auto_close_after is not null or closings.alert_id is not null)
    order by open.id
)
select
    (select count(*) from alert_jobs) as alerts,
    (select count(*) from cycle_jobs) as cycles,
    (select count(*) from closing_jobs) as closings
