-- An engine's sessions have the setting tocsin.local_notify, since the engine notifies its own workers of what it
-- enqueues. Waiting jobs of one object coalesce into one, which keeps the earliest due time.
-- PgQueuer picks jobs with execute_after strictly in the past; one microsecond less makes that "due or past due".
-- PL/pgSQL, since it keeps its plans; SQL functions are planned at each call before PostgreSQL 18.
create or replace function engine_enqueue(job_kind text, object_id text, due timestamptz)
returns void language plpgsql as $$
begin
    insert into pgqueuer as job (priority, entrypoint, payload, execute_after, dedupe_key, status)
    values (
        0, job_kind, convert_to(object_id, 'UTF8'), due - interval '1 microsecond',
        job_kind || ':' || object_id, 'queued'
    )
    on conflict (dedupe_key) where (status in ('queued', 'picked') and dedupe_key is not null)
    do update set execute_after = excluded.execute_after
    where job.execute_after > excluded.execute_after;

    if due < now() + interval '4 seconds' and coalesce(current_setting('tocsin.local_notify', true), '') <> 'on' then
        perform engine_notify();
    end if;
end $$;
