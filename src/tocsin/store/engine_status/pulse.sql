-- How the engine is, from a few rows and indexes alone: engines alive and of these paused, jobs parked, and jobs of each
-- kind that have been due for half a minute without being taken.
-- name: pulse
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
            and jobs.entrypoint in (
                'rotation', 'schedule', 'policy', 'policy_alerts', 'service', 'alert', 'cycle', 'page'
            )
            and jobs.execute_after < now() - interval '30 seconds'
    ) as late
