-- A job that may run now is in time, also for what was due before its moment.

-- What is due within ``ahead`` and has no job in time, with the reason. A page whose destination is busy has a job a
-- moment later than its row says, and so has what failed and is tried again. A job whose moment has passed runs as soon
-- as an engine has a hand free, whatever its moment was: a cycle that lets its alert move first asks again at once.
--
-- Objects and jobs are read by time, so it costs what is about to change and not all that waits. What has lost its state
-- is looked for too, unless only the next minute is asked for. It is one expression, which becomes part of the statement
-- that calls it.
create or replace function engine_without_job(ahead interval)
returns table (kind text, id text, due timestamptz, reason text)
language sql stable as $$
    select
        due.kind,
        due.id,
        due.due,
        case
            when exists (
                select from pgqueuer as job
                where
                    job.entrypoint = due.kind
                    and job.payload = convert_to(due.id, 'UTF8')
                    and job.status = 'queued'
                    and job.execute_after > greatest(due.due, now())
            ) then 'job_too_late'
            else 'no_job'
        end
    from engine_due as due
    where
        due.due <= now() + ahead
        and not exists (
            select from engine_jobs_within(ahead) as job
            where
                job.kind = due.kind
                and job.payload = convert_to(due.id, 'UTF8')
                and (
                    not job.is_waiting
                    or job.is_retry
                    or job.execute_after <= greatest(due.due, now())
                    or (job.kind = 'page' and job.execute_after <= now() + interval '20 seconds')
                )
        )
    union all
    select stateless.kind, stateless.id, stateless.since, 'no_state'
    from engine_stateless as stateless
    where ahead > interval '1 minute'
$$;
