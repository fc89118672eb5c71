-- The kinds of jobs, as ``tocsin.domain.job_kinds`` has them.
create table job_kinds (
    name text primary key,
    lock_order smallint not null unique
);
comment on column job_kinds.lock_order is 'in this order a transaction locks jobs of several kinds';

insert into job_kinds (name, lock_order)
values
    ('rotation', 1), ('schedule', 2), ('policy', 3), ('service', 4),
    ('alert', 5), ('cycle', 6), ('page', 7), ('policy_alerts', 8);

-- The jobs that see to what is due up to a moment: those that run or are parked, those that wait for that moment or an
-- earlier one, and those that failed and are tried again, two minutes from now at the latest.
create or replace function engine_jobs_within(ahead interval)
returns table (kind text, payload bytea, is_waiting boolean, is_retry boolean, execute_after timestamptz)
language sql stable as $$
    select job.entrypoint, job.payload, true, job.attempts > 0, job.execute_after
    from pgqueuer as job
    where
        job.status = 'queued'
        -- Only with the kind is the queue in order of time; a join might read all of the index.
        and job.entrypoint = any (array(select kinds.name from job_kinds as kinds))
        and job.execute_after <= now() + greatest(ahead, interval '2 minutes')
    union all
    select job.entrypoint, job.payload, false, false, job.execute_after
    from pgqueuer as job
    where job.status = 'picked'
    union all
    select job.entrypoint, job.payload, false, false, job.execute_after
    from pgqueuer as job
    where job.status = 'failed'
$$;
