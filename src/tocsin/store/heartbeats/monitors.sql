-- name: insert
insert into heartbeat_monitors (
    service_id, token_hash, armed_at, name, timeout, cron, time_zone, grace, run_limit, severity, muted, paused
)
values ($1, $2, case when $3 then now() end, $4, $5, $6, $7, $8, $9, $10, $11, $12)
returning id

-- name: get
select * from heartbeat_monitor_records where id = $2 and service_id = $1

-- name: list
select * from heartbeat_monitor_records
where
    service_id = $1
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
-- One that is resumed counts from now, if it counted before.
update heartbeat_monitors as monitor
set
    name = $2,
    timeout = $3,
    cron = $4,
    time_zone = $5,
    grace = $6,
    run_limit = $7,
    severity = $8,
    muted = $9,
    paused = $10,
    armed_at = case
        when
            monitor.paused and not $10
            and (
                monitor.armed_at is not null
                or exists (
                    select from heartbeat_state as state
                    where state.monitor_id = monitor.id and state.last_ping_at is not null
                )
            )
            then now()
        else monitor.armed_at
    end
where id = $1

-- name: arm
update heartbeat_monitors set armed_at = now() where id = $2 and service_id = $1
returning id

-- name: renew_secret
update heartbeat_monitors set token_hash = $3 where id = $2 and service_id = $1
returning id

-- name: delete
delete from heartbeat_monitors where id = $2 and service_id = $1
returning name

-- name: service_of
select service_id from heartbeat_monitors where id = $1
