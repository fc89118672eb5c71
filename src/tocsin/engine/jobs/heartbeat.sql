-- name: load
-- Monitors, what their pings said, and where each stands. A row that is lost begins anew with what the history says last:
-- one that was up is counted from now, for nobody knows its pings any more.
select
    monitors.id,
    monitors.service_id,
    monitors.name,
    monitors.severity,
    monitors.timeout,
    monitors.cron,
    monitors.time_zone,
    monitors.grace,
    monitors.run_limit,
    monitors.paused,
    monitors.muted,
    monitors.armed_at,
    case when state.monitor_id is null and past.status = 'up' then now() else state.last_ok_at end as last_ok_at,
    state.failed_at,
    state.exit_code,
    state.started_at,
    state.pings,
    coalesce(state.status, past.status, 'inactive') as status,
    coalesce(state.reason, past.reason, 'never_pinged') as reason,
    coalesce(state.since, past.started_at, monitors.created_at) as since,
    case when state.monitor_id is null then past.alert_id else state.alert_id end as alert_id,
    state.next_change,
    state.excused_until,
    state.version,
    now() as now
from heartbeat_monitors as monitors
left join heartbeat_state as state on state.monitor_id = monitors.id
left join lateral (
    select history.status, history.reason, history.started_at, history.alert_id
    from heartbeat_history as history
    where history.monitor_id = monitors.id and history.ended_at is null
    limit 1
) as past on state.monitor_id is null
where monitors.id = any($1::uuid[])

-- name: wait
-- When to look again at monitors that stay as they are. Nothing for one that has moved since it was read.
update heartbeat_state as state
set next_change = monitor.next_change, excused_until = monitor.excused_until
from (
    select given.id, given.version, given.next_change, given.excused_until
    from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
        as given (id, version, next_change, excused_until)
    join heartbeat_state as held on held.monitor_id = given.id
    order by given.id
    for no key update of held skip locked
) as monitor
where state.monitor_id = monitor.id and state.version = monitor.version
returning state.monitor_id as id

-- name: hold
-- The service and the monitor stay until the transaction ends. Nothing when either is gone.
select monitors.id
from services
join heartbeat_monitors as monitors on monitors.service_id = services.id
where monitors.id = $1
for key share of services
for key share of monitors

-- name: move
-- Where the monitor stands from now on. Nothing when it has moved, or a ping has come, since it was read. $8 and $9 are
-- for a row that is made anew.
insert into heartbeat_state as state (monitor_id, status, reason, since, next_change, alert_id, last_ok_at)
select $1, $4, $5, $6, $7, $8, $9
where $2::bigint is not null or not exists (select from heartbeat_state where monitor_id = $1)
on conflict (monitor_id) do update
set
    status = excluded.status,
    reason = excluded.reason,
    since = excluded.since,
    next_change = excluded.next_change,
    version = state.version + 1
where state.version = $2 and state.pings = $3
returning true as done

-- name: note_alert
update heartbeat_state set alert_id = $2 where monitor_id = $1

-- name: end_history
update heartbeat_history set ended_at = greatest(started_at, $2)
where monitor_id = $1 and ended_at is null

-- name: begin_history
-- What a monitor was for longer than a year ago is forgotten.
with forgotten as (
    delete from heartbeat_history
    where monitor_id = $1 and ended_at < now() - interval '400 days'
)
insert into heartbeat_history (monitor_id, status, reason, started_at) values ($1, $2, $3, $4)

-- name: note_alert_in_history
update heartbeat_history set alert_id = $2 where monitor_id = $1 and ended_at is null
