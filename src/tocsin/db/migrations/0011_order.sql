-- In which order jobs are taken when more are due than an engine can take at once (N6). While all that is due can be
-- taken at once there is no order: who takes jobs asks for this one only when a fetch has come back full.
--
-- A job's priority names its line. Lines of a higher class go first. Of one class they take turns, so that nothing is
-- held up by what has much to do: no kind of job by another, no service (for pages: nobody who is paged) by another.
-- Within a line the longest due goes first. After half a minute a job is of the highest class, whatever it was.
--
-- The class is the alert's severity, and of one severity what is new goes before later steps. What no alert has, a
-- rotation or a policy, is of the highest. Services share 32 lines of each class.

-- Higher is more urgent, 0 the highest: 32 lines to a class.
create function job_line(severity text, is_later boolean, whose text) returns integer language sql immutable as $$
    select -(
        32 * (
            2 * case severity when 'critical' then 0 when 'error' then 1 when 'warning' then 2 else 3 end
            + case when is_later then 1 else 0 end
        )
        + (hashtext(whose) & 31)
    )
$$;

create function job_class(priority integer, execute_after timestamptz) returns integer language sql stable as $$
    select case when execute_after < now() - interval '30 seconds' then 0 else -priority / 32 end
$$;

-- The line of an object's job; 0 for an object that has no alert, or is no longer there.
create function job_priority(job_kind text, object_id text) returns integer language plpgsql stable as $$
declare
    line integer;
begin
    case job_kind
        when 'alert' then
            select job_line(alerts.severity, state.escalation_count > 0, alerts.service_id::text) into line
            from alerts
            left join escalation_policy_state as state on state.alert_id = alerts.id
            where object_id ~ '^\d{1,18}$' and alerts.id = object_id::bigint;
        when 'cycle' then
            select job_line(alerts.severity, cycles.last_tick is not null, cycles.user_id::text) into line
            from notification_policy_cycles as cycles
            join alerts on alerts.id = cycles.alert_id
            where object_id ~ '^[0-9a-f-]{36}$' and cycles.id = object_id::uuid;
        when 'page' then
            select
                job_line(
                    alerts.severity,
                    messages.escalation_count > 1,
                    coalesce(messages.user_id, messages.channel_id, messages.id)::text
                )
            into line
            from outgoing_messages as messages
            join alerts on alerts.id = messages.alert_id
            where object_id ~ '^[0-9a-f-]{36}$' and messages.id = object_id::uuid;
        else
            null;
    end case;
    return coalesce(line, 0);
end $$;

create index pgqueuer_line_idx on pgqueuer (entrypoint, priority desc, execute_after) where status = 'queued';

drop function engine_enqueue(text, text, timestamptz);
create function engine_enqueue(job_kind text, object_id text, due timestamptz, line integer default null)
returns void language plpgsql as $$
begin
    insert into pgqueuer as job (priority, entrypoint, payload, execute_after, dedupe_key, status)
    values (
        coalesce(line, job_priority(job_kind, object_id)), job_kind, convert_to(object_id, 'UTF8'), due - interval '1 microsecond',
        job_kind || ':' || object_id, 'queued'
    )
    on conflict (dedupe_key) where (status in ('queued', 'picked') and dedupe_key is not null)
    do update set execute_after = excluded.execute_after, priority = excluded.priority
    where job.execute_after > excluded.execute_after;

    if due < now() + interval '4 seconds' and coalesce(current_setting('tocsin.local_notify', true), '') <> 'on' then
        perform engine_notify();
    end if;
end $$;

-- A page that is written claimed needs its job only when its engine dies, and then at once.
create or replace function page_wakeup() returns trigger language plpgsql as $$
begin
    if new.next_attempt is not null then
        perform engine_enqueue('page', new.id::text, new.next_attempt);
    else
        perform engine_enqueue('page', new.id::text, new.claimed_until, 0);
    end if;
    return null;
end $$;

create or replace function escalation_wakeup() returns trigger language plpgsql as $$
declare
    alert_severity constant text := (select alerts.severity from alerts where alerts.id = new.alert_id);
begin
    perform engine_enqueue(
        'alert', new.alert_id::text, new.next_escalation,
        job_line(alert_severity, new.escalation_count > 0, new.service_id::text)
    );
    return null;
end $$;
