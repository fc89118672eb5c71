-- Cycles of one alert and one user move on together and write their due pages; all of them, or none when one has moved
-- since it was read. A notification rule that was passed over since its contact method is disabled leaves a page that
-- was never to go out (N4).
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
            page.status, page.reason, case when page.status = 'pending' then now() end
        from moved
        cross join jsonb_to_recordset(moved.pages)
            as page (rule_id uuid, contact_method_id uuid, round bigint, status text, reason text)
        join users on users.id = moved.user_id
        join contact_methods as methods on methods.id = page.contact_method_id
        on conflict (idempotency_key) do nothing
    )
    select count(*) into ticked from moved;
    return nullif(ticked = wanted, false);
end $$;

-- A job holds several cycles of an alert now, so whoever writes several locks them in the order of their ids.
create or replace function stop_paging(alert bigint, why text) returns void language plpgsql as $$
begin
    update notification_policy_cycles as cycles
    set ended_at = now(), end_reason = why, next_tick = null
    from (
        select running.id
        from notification_policy_cycles as running
        where
            running.alert_id = alert
            and running.ended_at is null
            and (why = 'closed' or running.repeat_every is null)
        order by running.id
        for no key update
    ) as held
    where cycles.id = held.id;

    update outgoing_messages as messages
    set status = 'cancelled', reason = why, next_attempt = null, updated_at = now()
    where
        messages.alert_id = alert
        and messages.status = 'pending'
        and not exists (
            select from notification_policy_cycles as cycles
            where
                cycles.id = messages.cycle_id
                and why = 'acknowledged'
                and cycles.repeat_every is not null
                and cycles.ended_at is null
        );
end $$;

create or replace function enter_step(work jsonb) returns boolean language plpgsql as $$
declare
    asked_every constant interval := work ->> 'repeat_every';
    user_ids constant uuid[] := array(select jsonb_array_elements_text(work -> 'users'));
    channel_ids constant uuid[] := array(select jsonb_array_elements_text(work -> 'channels'));
    entered escalation_policy_state;
begin
    update escalation_policy_state
    set
        escalation_policy_id = (work ->> 'policy_id')::uuid,
        escalation_policy_step_id = (work ->> 'step_id')::uuid,
        step_number = (work ->> 'step_number')::integer,
        loop_count = (work ->> 'loop_count')::integer,
        escalation_count = escalation_count + 1,
        state = 'escalating',
        caught_from = (work ->> 'caught_from')::uuid,
        force_escalation = false,
        force_step_id = null,
        last_escalation = now(),
        next_escalation = now() + (work ->> 'delay')::interval,
        version = version + 1
    where alert_id = (work ->> 'alert_id')::bigint and version = (work ->> 'version')::bigint
    returning * into entered;
    if not found then
        return null;
    end if;

    if asked_every is not null then
        update notification_policy_cycles as cycles
        set repeat_every = null
        from (
            select running.id
            from notification_policy_cycles as running
            where
                running.alert_id = entered.alert_id
                and running.user_id = any(user_ids)
                and running.ended_at is null
                and running.repeat_every is not null
            order by running.id
            for no key update
        ) as held
        where cycles.id = held.id;
    end if;

    insert into notification_policy_cycles (
        alert_id, user_id, escalation_count, step_number, loop_count, repeat_every
    )
    select
        entered.alert_id, users.id, entered.escalation_count, entered.step_number, entered.loop_count, asked_every
    from unnest(user_ids) as users (id)
    on conflict (alert_id, escalation_count, user_id) do nothing;

    if channel_ids <> '{}' then
        insert into outgoing_messages (
            idempotency_key, alert_id, channel_id, target_name, destination_type,
            escalation_count, step_number, loop_count
        )
        select
            concat_ws(':', entered.alert_id, entered.escalation_count, 'channel', channels.id),
            entered.alert_id, channels.id, channels.name, channels.type,
            entered.escalation_count, entered.step_number, entered.loop_count
        from channels
        where channels.id = any(channel_ids)
        on conflict (idempotency_key) do nothing;
    end if;

    insert into alert_logs (alert_id, event, reason, meta)
    select entered.alert_id, entry ->> 'event', entry ->> 'reason', entry -> 'meta'
    from jsonb_array_elements(work -> 'entries') with ordinality as entries (entry, number)
    order by number;
    return true;
end $$;

-- Whether a triggered alert is due within an interval and about to move. What wakes an alert that a maintenance has held
-- is its service's job.
create function alert_moves_within(state escalation_policy_state, ahead interval) returns boolean
language plpgsql stable as $$
begin
    return (
        state.state <> 'acknowledged'
        and (state.state = 'maintenance' or state.next_escalation <= now() + ahead)
        and (
            engine_job_is_coming('alert', state.alert_id::text, ahead)
            or (state.state = 'maintenance' and engine_job_is_coming('service', state.service_id::text, ahead))
        )
    ) is true;
end $$;

-- Whether the page's alert, or a cycle by which it pages the same user, is due and about to move, and so may write a
-- later page.
create function others_move_before(page outgoing_messages, state escalation_policy_state) returns boolean
language plpgsql stable as $$
begin
    return
        alert_moves_within(state, interval '0')
        or exists (
            select from notification_policy_cycles as cycles
            where
                cycles.alert_id = page.alert_id
                and cycles.user_id = page.user_id
                and cycles.next_tick <= now()
                and engine_job_is_coming('cycle', cycles.id::text, interval '0')
        );
end $$;
