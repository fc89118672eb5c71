-- name: sign
-- A sign of life of engine $1, with the queue managers ($2) that it runs as a process of this machine ($3, $4).
-- Returns the others that hold something, and whether the last sign is older than $5. $6: whether it has a mail server.
with signed as (
    update engine_instances
    set last_seen_at = now(), managers = $2, machine = $3, process_started = $4, mails = $6
    where id = $1
)
select
    others.id, others.host, others.pid, others.machine, others.process_started as started,
    others.last_seen_at <= now() - $5::interval as is_silent
from engine_instances as others
where others.id <> $1 and others.managers <> '{}'
order by others.id

-- name: take_back
-- What engine $1 held is free at once: its claims of pages, then its jobs. Not when it has given a sign of life within
-- $2, and only what it has not touched for $2: who claims a page lives, however long ago its last sign seems to be when
-- the database's clock has jumped.
with gone as (
    update engine_instances as engines
    set managers = '{}'
    from (select id, managers from engine_instances where id = $1 for no key update) as former
    where engines.id = former.id and engines.last_seen_at <= now() - $2::interval
    returning former.managers as managers
),
claims as (
    select messages.id
    from outgoing_messages as messages
    where
        messages.status = 'sending' and messages.claimed_until > now()
        and messages.claimed_by = $1 and messages.updated_at <= now() - $2::interval
        and exists (select from gone)
    order by messages.id
    for no key update skip locked
),
pages as (
    update outgoing_messages as messages
    set claimed_until = now()
    from claims
    where messages.id = claims.id
    returning messages.id
),
held as (
    select jobs.id
    from pgqueuer as jobs
    where
        jobs.status = 'picked'
        and jobs.queue_manager_id in (select unnest(gone.managers) from gone)
        and jobs.heartbeat <= now() - $2::interval
        and (select count(*) from pages) >= 0  -- pages are locked before jobs
    order by jobs.id
    for update skip locked
),
jobs as (
    update pgqueuer as jobs
    set status = 'queued', queue_manager_id = null, updated = now()
    from held
    where jobs.id = held.id
    returning jobs.id
)
select (select count(*) from pages) as pages, (select count(*) from jobs) as jobs
from gone
