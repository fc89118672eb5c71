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
-- Jobs that are done, but whose effects a crash may have undone, run once more.
update pgqueuer set status = 'queued', queue_manager_id = null, updated = now()
where id = any($1::bigint[]) and status = 'picked'

-- name: park_once
-- Jobs that are parked already, of the objects of these jobs, which are about to be parked.
delete from pgqueuer as former
using pgqueuer as job
where
    job.id = any($1::bigint[])
    and former.status = 'failed'
    and former.entrypoint = job.entrypoint
    and former.payload = job.payload
    and former.id <> job.id

-- name: prune_log
-- Why jobs failed is kept for $1. Other rows are those of jobs that somebody retried or that were put back.
delete from pgqueuer_log
where
    created < now() - interval '10 minutes'
    and (status <> 'failed' or created < now() - $1::interval)

-- name: in_turn
-- The next $2 jobs of these kinds in turn. The lines that exist are found one after the other, in the index. Of each that
-- has something due a part is read, the smaller the more such lines its class has; with the longest due of all, so that
-- there are as many as can be.
with recursive lines (entrypoint, priority) as (
    select kinds.name, top.priority
    from unnest($1::text[]) as kinds (name)
    cross join lateral (
        select job.priority
        from pgqueuer as job
        where job.entrypoint = kinds.name and job.status = 'queued'
        order by job.priority desc
        limit 1
    ) as top
    union all
    select lines.entrypoint, below.priority
    from lines
    cross join lateral (
        select job.priority
        from pgqueuer as job
        where job.entrypoint = lines.entrypoint and job.status = 'queued' and job.priority < lines.priority
        order by job.priority desc
        limit 1
    ) as below
),
busy as (
    select
        lines.entrypoint, lines.priority,
        greatest(10, 2 * $2::bigint / count(*) over (partition by job_class(lines.priority, 'infinity'))) as part
    from lines
    where exists (
        select from pgqueuer as job
        where
            job.entrypoint = lines.entrypoint
            and job.priority = lines.priority
            and job.status = 'queued'
            and job.execute_after < now()
    )
),
due as (
    select job.id, job.entrypoint, job.priority, job.execute_after
    from busy
    cross join lateral (
        select first.id, first.entrypoint, first.priority, first.execute_after
        from pgqueuer as first
        where
            first.entrypoint = busy.entrypoint
            and first.priority = busy.priority
            and first.status = 'queued'
            and first.execute_after < now()
        order by first.execute_after
        limit busy.part
    ) as job
    union
    select job.id, job.entrypoint, job.priority, job.execute_after
    from unnest($1::text[]) as kinds (name)
    cross join lateral (
        select longest.id, longest.entrypoint, longest.priority, longest.execute_after
        from pgqueuer as longest
        where
            longest.entrypoint = kinds.name
            and longest.status = 'queued'
            and longest.execute_after < now()
        order by longest.execute_after
        limit $2
    ) as job
),
turns as (
    select
        due.id, due.execute_after, job_class(due.priority, due.execute_after) as class,
        row_number() over (partition by due.entrypoint, due.priority order by due.execute_after, due.id) as turn
    from due
)
select turns.id
from turns
order by turns.class, turns.turn, turns.execute_after, turns.id
limit $2

-- name: take
-- Jobs that were chosen become manager $2's, but for those that another has taken since.
update pgqueuer as job
set status = 'picked', updated = now(), heartbeat = now(), queue_manager_id = $2
from (
    select id from pgqueuer
    where id = any($1::bigint[]) and status = 'queued' and execute_after < now()
    for update skip locked
) as free
where job.id = free.id
returning job.*
