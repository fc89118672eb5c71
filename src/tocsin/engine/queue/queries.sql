-- name: next_due_in
-- How long until the first of the jobs of these kinds that wait is due, if any waits: one look into the index a kind.
-- Not positive when one has become due.
select min(first.execute_after) - now() as eta
from unnest($1::text[]) as kinds (kind)
cross join lateral (
    select job.execute_after
    from pgqueuer as job
    where job.entrypoint = kinds.kind and job.status = 'queued'
    order by job.execute_after
    limit 1
) as first

-- name: give_back
update pgqueuer set status = 'queued', queue_manager_id = null, updated = now()
where queue_manager_id = $1 and status = 'picked'

-- name: done
with done as (
    delete from pgqueuer where id = any($1::bigint[])
    returning entrypoint, payload
)
delete from pgqueuer as parked
using done
where parked.status = 'failed' and parked.entrypoint = done.entrypoint and parked.payload = done.payload

-- name: requeue
-- Done, but what was done may be undone: run it once more.
update pgqueuer set status = 'queued', queue_manager_id = null, updated = now()
where id = any($1::bigint[]) and status = 'picked'

-- name: park_once
-- Of the objects of these jobs, which are about to be parked, what is parked already.
delete from pgqueuer as former
using pgqueuer as job
where
    job.id = any($1::bigint[])
    and former.status = 'failed'
    and former.entrypoint = job.entrypoint
    and former.payload = job.payload
    and former.id <> job.id

-- name: prune_log
-- PgQueuer keeps a row for each state of each job. What was picked and done is of no use after a while; why jobs
-- failed is kept for a month.
delete from pgqueuer_log
where
    created < now() - interval '10 minutes'
    and (status <> 'failed' or created < now() - interval '30 days')
