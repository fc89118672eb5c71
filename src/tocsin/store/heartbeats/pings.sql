-- name: ping
-- Note what the ping ($2) says. next_change moves only when the job has to look before the moment that it waits for: at
-- once when the status may change, or the deadline come nearer; at its limit for a run that starts.
with monitor as (
    select monitors.id, monitors.paused, monitors.run_limit
    from heartbeat_monitors as monitors
    where monitors.token_hash = $1
),
pinged as (
    update heartbeat_state as state
    set
        pings = state.pings + 1,
        last_ping_at = now(),
        last_ok_at = case when $2 = 'ok' then now() else state.last_ok_at end,
        failed_at = case $2
            when 'ok' then null
            when 'fail' then coalesce(state.failed_at, now())
            else state.failed_at
        end,
        exit_code = case when $2 = 'start' then state.exit_code else $3::bigint end,
        started_at = case
            when $2 <> 'start' then null
            when state.status = 'down' then now()
            else coalesce(state.started_at, now())
        end,
        next_change = case
            when monitor.paused then state.next_change
            when $2 = 'start' and state.status = 'up' then least(state.next_change, now() + monitor.run_limit)
            when $2 = 'start' and state.status = 'down' then state.next_change
            when $2 = 'ok' and state.status = 'up' and state.started_at is null then state.next_change
            when $2 = 'fail' and state.status = 'down' then state.next_change
            else least(state.next_change, now())
        end
    from monitor
    where state.monitor_id = monitor.id
    returning
        state.monitor_id, state.pings, state.last_ping_at, state.last_ok_at, state.failed_at, state.exit_code,
        state.started_at, state.status, state.reason, state.since, state.alert_id
),
kept as (
    insert into heartbeat_pings as ping (monitor_id, place, number, kind, exit_code, ip, body, body_bytes)
    select pinged.monitor_id, pinged.pings % 20, pinged.pings, $2, $3, $4, $5, $6
    from pinged
    on conflict (monitor_id, place) do update
    set
        number = excluded.number,
        at = excluded.at,
        kind = excluded.kind,
        exit_code = excluded.exit_code,
        ip = excluded.ip,
        body = excluded.body,
        body_bytes = excluded.body_bytes
)
select
    monitors.id,
    monitors.service_id,
    monitors.name,
    monitors.timeout,
    monitors.cron,
    monitors.time_zone,
    monitors.grace,
    monitors.run_limit,
    monitors.severity,
    monitors.muted,
    monitors.paused,
    monitors.armed_at,
    monitors.created_at,
    pinged.pings,
    pinged.last_ping_at,
    pinged.last_ok_at,
    pinged.failed_at,
    pinged.exit_code,
    pinged.started_at,
    pinged.status,
    pinged.reason,
    pinged.since,
    pinged.alert_id,
    now() as now
from pinged
join heartbeat_monitors as monitors on monitors.id = pinged.monitor_id

-- name: restore
-- A monitor whose row is lost begins anew with what the history says last.
insert into heartbeat_state (monitor_id, status, reason, since, alert_id, last_ok_at)
select
    monitors.id,
    coalesce(past.status, 'inactive'),
    coalesce(past.reason, 'never_pinged'),
    coalesce(past.started_at, monitors.created_at),
    past.alert_id,
    case past.status when 'up' then now() end
from heartbeat_monitors as monitors
left join heartbeat_history as past on past.monitor_id = monitors.id and past.ended_at is null
where monitors.token_hash = $1
on conflict (monitor_id) do nothing
returning true

-- name: last
select pings.number, pings.at, pings.kind, pings.exit_code, pings.ip, pings.body, pings.body_bytes
from heartbeat_pings as pings
where pings.monitor_id = $1
order by pings.number desc

-- name: named
select monitors.token_hash
from heartbeat_monitors as monitors
where monitors.service_id = $1 and monitors.name = $2
order by monitors.created_at, monitors.id
limit 1
