-- name: depth
-- Jobs by kind, as they are in the queue now.
select
    entrypoint as kind,
    count(*) filter (where status = 'queued') as queued,
    count(*) filter (where status = 'queued' and execute_after <= now()) as due,
    count(*) filter (where status = 'queued' and attempts > 0) as retrying,
    count(*) filter (where status = 'picked') as running,
    count(*) filter (where status = 'failed') as parked
from pgqueuer
group by entrypoint
order by entrypoint

-- name: overdue
select kind, reason, count(*) as count, min(due) as oldest_due
from engine_overdue
where due <= now()
group by kind, reason
order by kind, reason

-- name: instances
select
    id, host, pid, version, started_at, last_seen_at, lateness, paused_because,
    last_seen_at > now() - interval '30 seconds' as alive
from engine_instances
order by started_at, id

-- name: mails
-- Whether every engine at work has a mail server, for any may get a page; null when none has said so.
select bool_and(mails) from engine_instances where last_seen_at > now() - interval '30 seconds'

-- name: repairs
-- What was put right lately, the latest first.
select kind, object_id, reason, due, repaired_at
from engine_repairs
order by id desc
limit $1

-- name: parked
-- Jobs that have used up their attempts, with why the last one failed.
select
    jobs.id,
    jobs.entrypoint as kind,
    convert_from(jobs.payload, 'UTF8') as object_id,
    jobs.attempts + 1 as attempts,
    jobs.updated as parked_at,
    coalesce(logs.traceback ->> 'exception_type', 'unknown') as error_type,
    coalesce(logs.traceback ->> 'exception_message', '') as error
from pgqueuer as jobs
left join lateral (
    select traceback
    from pgqueuer_log
    where pgqueuer_log.job_id = jobs.id and pgqueuer_log.status = 'failed'
    order by pgqueuer_log.created desc
    limit 1
) as logs on true
where jobs.status = 'failed' and ($1::bigint is null or jobs.id > $1)
order by jobs.id
limit $2

-- name: retry
with queued as (
    update pgqueuer
    set status = 'queued', execute_after = now() - interval '1 microsecond', attempts = 0, updated = now()
    where id = $1 and status = 'failed'
    returning id
)
select queued.id, engine_notify() from queued
