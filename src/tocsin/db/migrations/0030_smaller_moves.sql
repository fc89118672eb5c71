-- What a move on a policy and its page write: fewer indexes, and room in each block for the row's next version. When one
-- of the alerts that move together cannot, the others move in smaller parts instead of one by one.

-- A page is written, and changes once when it has gone out. Where its block has room for the new version, the log keeps
-- what differs instead of the whole row. A move changes its alert's row the same way.
alter table outgoing_messages set (fillfactor = 70);
alter table escalation_policy_state set (fillfactor = 70);

-- A page is not looked for by its user either, who may be gone: then it says so by itself.
alter table outgoing_messages drop constraint outgoing_messages_user_id_fkey;
drop index outgoing_messages_user_id_idx;
comment on column outgoing_messages.user_id is 'who is paged, or was: the user may be gone';

-- The open alerts of a service are found in ``alerts``, and their rows here go with them.
alter table escalation_policy_state drop constraint escalation_policy_state_service_id_fkey;
drop index escalation_policy_state_service_id_idx;

-- Jobs that are picked are few, and have an index of their own: those of one manager are found among them.
drop index pgqueuer_queue_manager_id_idx;

-- A job that waits is found by its dedupe_key. One that was picked has none, nor has one that failed or was put back.
drop trigger engine_release_dedupe_key on pgqueuer;
create trigger engine_release_dedupe_key
before update of status on pgqueuer
for each row when (new.status <> 'queued' and new.dedupe_key is not null)
execute function engine_release_dedupe_key();

drop index pgqueuer_object_idx;
create index pgqueuer_object_idx on pgqueuer (entrypoint, payload) where dedupe_key is null;

-- All jobs of one object, whatever state they are in.
create function engine_jobs_of(job_kind text, object_id text) returns setof pgqueuer language sql stable as $$
    select waiting.*
    from pgqueuer as waiting
    where
        waiting.dedupe_key = job_kind || ':' || object_id
        and waiting.status in ('queued', 'picked')
        and waiting.dedupe_key is not null
    union all
    select taken.*
    from pgqueuer as taken
    where
        taken.dedupe_key is null
        and taken.entrypoint = job_kind
        and taken.payload = convert_to(object_id, 'UTF8')
$$;

create or replace function engine_has_job(job_kind text, object_id text, due timestamptz) returns boolean
language plpgsql stable as $$
begin
    return exists (
        select from engine_jobs_of(job_kind, object_id) as job
        where job.status = 'picked' or (job.status = 'queued' and job.execute_after <= due)
    );
end $$;

-- Whether the object's job runs now or is about to, within an interval. One that has failed, or that an engine took and
-- did not finish, is not: nobody waits for it.
create or replace function engine_job_is_coming(job_kind text, object_id text, ahead interval) returns boolean
language plpgsql stable as $$
begin
    return exists (
        select from engine_jobs_of(job_kind, object_id) as job
        where
            (job.status = 'queued' and job.attempts = 0 and job.execute_after <= now() + ahead)
            or (job.status = 'picked' and job.updated > now() - interval '5 seconds')
    );
end $$;

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
                select from engine_jobs_of(due.kind, due.id) as job
                where job.status = 'queued' and job.execute_after > greatest(due.due, now())
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

-- Do pieces of work: those that can be done together in one transaction; when that meets a fault or a row that somebody
-- holds, a few in each transaction; where it is one of these, and for all other work, each in a transaction of its own,
-- one after the other. done holds what came of each; failed the positions of those that raised an error, from 0: they are
-- tried again by themselves, where the error is seen.
-- A row that somebody holds is not waited for here, for the others wait behind it.
create or replace procedure engine_each(action text, work jsonb, inout done jsonb[], inout failed integer[])
language plpgsql as $$
declare
    few constant integer := 7;
    count constant integer := jsonb_array_length(work);
    goes_together constant boolean := action in ('enter_step', 'page_sent');
    size integer := case when goes_together then count else 1 end;
    place integer := 0;
    part jsonb;
    came jsonb[];
begin
    done := '{}';
    failed := '{}';
    while place < count loop
        size := least(size, count - place);
        part := case
            when size = count then work
            else (
                select jsonb_agg(work -> number order by number)
                from generate_series(place, place + size - 1) as number
            )
        end;
        begin
            perform set_config('lock_timeout', '10ms', true);
            case action
                when 'enter_step' then came := enter_steps(part);
                when 'page_sent' then came := pages_sent(part);
                when 'tick_cycle' then came := array[to_jsonb(tick_cycle(part -> 0))];
                when 'claim_page' then came := array[to_jsonb(claim_page(part -> 0))];
            end case;
        exception when others then
            came := null;
        end;
        if came is null and size > 1 then
            size := case when size > few then few else 1 end;
        else
            if came is null then
                failed := failed || place;
            end if;
            done := done || coalesce(came, array[null::jsonb]);
            place := place + size;
            size := case when goes_together and (size > 1 or place % few = 0) then few else 1 end;
        end if;
        if place < count then
            commit;
        end if;
    end loop;
end $$;
