-- name: lock
-- One engine at a time; given up with the transaction.
select pg_try_advisory_xact_lock(hashtext('tocsin sweep'))

-- name: soon
-- What is about to be late, the first first, but for what is repaired in vain.
select alone.kind, alone.id, alone.reason, alone.due
from engine_to_repair(interval '15 seconds') as alone
order by alone.due
limit $1

-- name: ahead
-- As soon, as far ahead as the view shows.
select alone.kind, alone.id, alone.reason, alone.due
from engine_to_repair(interval '5 minutes') as alone
order by alone.due
limit $1

-- name: everywhere
-- As soon, however far ahead.
select alone.kind, alone.id, alone.reason, alone.due
from engine_to_repair(interval '1000 years') as alone
order by alone.due
limit $1

-- name: parked
-- What has been parked for long enough: five minutes, and twice as long after each chance of the last day that did not
-- help, up to an hour. One that waits for such a chance, or has been given one by a person, is left alone.
select job.entrypoint as kind, convert_from(job.payload, 'UTF8') as id, 'parked' as reason, job.execute_after as due
from pgqueuer as job
cross join lateral (
    select count(*) as chances
    from engine_repairs as repairs
    where
        repairs.kind = job.entrypoint
        and repairs.object_id = convert_from(job.payload, 'UTF8')
        and repairs.reason = 'parked'
        and repairs.repaired_at > now() - interval '1 day'
) as past
where
    job.status = 'failed'
    and job.updated <= now() - least(interval '5 minutes' * (2 ^ least(past.chances, 4)), interval '1 hour')
    and not exists (
        select from engine_jobs_of(job.entrypoint, convert_from(job.payload, 'UTF8')) as other
        where other.status in ('queued', 'picked')
    )
order by job.id
limit $1

-- name: all
-- What has no job in time, however far ahead it is due.
select overdue.kind, overdue.id, overdue.reason, overdue.due
from engine_overdue_within(interval '1000 years') as overdue
order by overdue.due, overdue.kind, overdue.id
