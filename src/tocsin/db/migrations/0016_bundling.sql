-- Of several overdue pages of one alert to one contact method only the latest is sent, of whichever cycles they are (N1).

-- The cycles of an alert that still have something to do.
create index notification_policy_cycles_waiting_idx on notification_policy_cycles (alert_id)
where next_tick is not null;

-- Whether the object's job runs now or is about to, within an interval. One that has failed, or that an engine took and
-- did not finish, is not: nobody waits for it.
create function engine_job_is_coming(job_kind text, object_id text, ahead interval) returns boolean
language plpgsql stable as $$
begin
    return exists (
        select from pgqueuer as job
        where
            job.entrypoint = job_kind
            and job.payload = convert_to(object_id, 'UTF8')
            and (
                (job.status = 'queued' and job.attempts = 0 and job.execute_after <= now() + ahead)
                or (job.status = 'picked' and job.updated > now() - interval '5 seconds')
            )
    );
end $$;

-- Whether a later page of the alert to the same destination waits, is being sent or was.
create function later_page_goes(page outgoing_messages) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from outgoing_messages as later
        where
            later.alert_id = page.alert_id
            and (later.contact_method_id = page.contact_method_id or later.channel_id = page.channel_id)
            and (later.created_at, later.escalation_count) > (page.created_at, page.escalation_count)
            and later.status in ('pending', 'sending', 'sent', 'delivered')
    );
end $$;

-- Whether the page's alert, or a cycle by which it pages the same user, is due and about to move, and so may write a
-- later page.
create function others_move_before(page outgoing_messages, state escalation_policy_state) returns boolean
language plpgsql stable as $$
begin
    return
        (
            state.state <> 'acknowledged'
            and (state.state = 'maintenance' or state.next_escalation <= now())
            and engine_job_is_coming('alert', page.alert_id::text, interval '0')
        ) is true
        or exists (
            select from notification_policy_cycles as cycles
            where
                cycles.alert_id = page.alert_id
                and cycles.user_id = page.user_id
                and cycles.next_tick <= now()
                and engine_job_is_coming('cycle', cycles.id::text, interval '0')
        );
end $$;

-- Cycles of one alert and one user move on together and write their due pages; all of them, or none when one has moved
-- since it was read.
create or replace function tick_cycle(work jsonb) returns boolean language plpgsql as $$
declare
    wanted constant integer := jsonb_array_length(work -> 'cycles');
    ticked integer;
begin
    with moves as (
        select move.id, move.last_tick, move.next_tick, move.pages
        from jsonb_to_recordset(work -> 'cycles')
            as move (id uuid, last_tick timestamptz, next_tick timestamptz, pages jsonb)
    ),
    held as (
        select cycles.id
        from notification_policy_cycles as cycles
        join moves on moves.id = cycles.id
        where cycles.ended_at is null and cycles.last_tick is not distinct from moves.last_tick
        order by cycles.id
        for no key update of cycles
    ),
    moved as (
        update notification_policy_cycles as cycles
        set last_tick = (work ->> 'now')::timestamptz, next_tick = moves.next_tick
        from moves
        where
            cycles.id = moves.id
            and (select count(*) from held) = wanted
        returning
            cycles.id, cycles.alert_id, cycles.user_id, cycles.escalation_count, cycles.step_number, cycles.loop_count,
            moves.pages
    ),
    written as (
        insert into outgoing_messages (
            idempotency_key, alert_id, cycle_id, user_id, contact_method_id, target_name, destination_type,
            escalation_count, step_number, loop_count, status, reason, next_attempt
        )
        select
            concat_ws(':', moved.alert_id, moved.escalation_count, 'user', moved.user_id, page.rule_id, page.round),
            moved.alert_id, moved.id, moved.user_id, methods.id, users.name, methods.type,
            moved.escalation_count, moved.step_number, moved.loop_count,
            case when page.bundled then 'bundled' else 'pending' end,
            case when page.bundled then 'later_page_says_it' end,
            case when page.bundled then null else now() end
        from moved
        cross join jsonb_to_recordset(moved.pages)
            as page (rule_id uuid, contact_method_id uuid, round bigint, bundled boolean)
        join users on users.id = moved.user_id
        join contact_methods as methods on methods.id = page.contact_method_id
        on conflict (idempotency_key) do nothing
    )
    select count(*) into ticked from moved;
    return nullif(ticked = wanted, false);
end $$;
