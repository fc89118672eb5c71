-- name: page
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
