-- name: next_due_in
-- How long until the first of the jobs of these kinds that wait is due, if any waits: one look into the index a kind.
select min(first.execute_after) - now() as eta
from unnest($1::text[]) as kinds (kind)
cross join lateral (
    select job.execute_after
    from pgqueuer as job
    where job.entrypoint = kinds.kind and job.status = 'queued' and job.execute_after > now()
    order by job.execute_after
    limit 1
) as first

-- name: give_back
update pgqueuer set status = 'queued', queue_manager_id = null, updated = now()
where queue_manager_id = $1 and status = 'picked'

-- name: has_due
-- Whether a job of these kinds is due; never counts them.
select exists (
    select from pgqueuer as job
    where job.entrypoint = any($1::text[]) and job.status = 'queued' and job.execute_after <= now()
) as found

-- name: has_waiting
select exists (
    select from pgqueuer as job where job.entrypoint = any($1::text[]) and job.status = 'queued'
) as found
