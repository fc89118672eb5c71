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
