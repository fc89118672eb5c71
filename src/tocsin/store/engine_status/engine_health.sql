-- name: summary
-- How the engine is, from a few rows and indexes alone: engines alive and of these paused, jobs parked, and jobs of each
-- kind that have been due for half a minute without being taken.
select
    (
        select count(*) from engine_instances where last_seen_at > now() - interval '30 seconds'
    ) as alive,
    (
        select count(*)
        from engine_instances
        where last_seen_at > now() - interval '30 seconds' and paused_because is not null
    ) as paused,
    (select count(*) from pgqueuer as jobs where jobs.status = 'failed') as parked,
    (
        select count(*)
        from pgqueuer as jobs
        where
            jobs.status = 'queued'
            -- Without the kinds the whole index is read before PostgreSQL 18.
            and jobs.entrypoint = any (array(select kinds.name from job_kinds as kinds))
            and jobs.execute_after < now() - interval '30 seconds'
    ) as late

-- name: status
-- What tells whether the engine does its work, all of it from indexes. The oldest job is looked up for each kind: only
-- with the kind is the queue in order of time.
with overdue as (
    select count(*) as objects, min(due) filter (where due <= now()) as since from engine_overdue
),
-- How the last attempts to send ended. Of events the newest alone are read, since they are in no order of time.
sends as (
    select
        (
            select count(*)
            from (
                select from outgoing_messages as messages
                where messages.sent_at > now() - interval '5 minutes'
                limit 500
            ) as sent
        ) as succeeded,
        (
            select count(*)
            from (
                select at, status, reason, attempt from outgoing_message_events order by id desc limit 500
            ) as latest
            where
                at > now() - interval '5 minutes'
                and reason is distinct from 'in_maintenance'
                and (status = 'failed' or (status = 'pending' and attempt > 0))
        ) as failed
)
select
    now() as now,
    (select max(last_seen_at) from engine_instances where paused_because is null) as engine_seen_at,
    overdue.objects as overdue,
    overdue.since as overdue_since,
    (
        select min(oldest.execute_after)
        from job_kinds as kinds
        cross join lateral (
            select jobs.execute_after
            from pgqueuer as jobs
            where jobs.status = 'queued' and jobs.entrypoint = kinds.name
            order by jobs.execute_after
            limit 1
        ) as oldest
    ) as oldest_job,
    sends.succeeded as sends_succeeded,
    sends.failed as sends_failed
from overdue, sends
