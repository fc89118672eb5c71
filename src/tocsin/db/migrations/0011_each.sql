-- What an engine writes for many objects in one call, each in a transaction of its own. In a storm the way there and
-- back costs more than the writing. A function here does for one object what its name says, and returns null when the
-- object has moved since it was read.

-- An alert enters a step: the state, a cycle per user, a page per channel, the timeline. Where everyone must
-- acknowledge, the new cycle takes over the repeating from the user's former ones, or each round would add to the
-- pages of all later ones.
create function enter_step(work jsonb) returns boolean language plpgsql as $$
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
        where
            cycles.alert_id = entered.alert_id
            and cycles.user_id = any(user_ids)
            and cycles.ended_at is null
            and cycles.repeat_every is not null;
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

-- A cycle moves on and writes its due pages.
create function tick_cycle(work jsonb) returns boolean language plpgsql as $$
declare
    ticked notification_policy_cycles;
begin
    update notification_policy_cycles
    set last_tick = (work ->> 'now')::timestamptz, next_tick = (work ->> 'next_tick')::timestamptz
    where
        id = (work ->> 'cycle_id')::uuid
        and ended_at is null
        and last_tick is not distinct from (work ->> 'last_tick')::timestamptz
    returning * into ticked;
    if not found then
        return null;
    end if;

    insert into outgoing_messages (
        idempotency_key, alert_id, cycle_id, user_id, contact_method_id, target_name, destination_type,
        escalation_count, step_number, loop_count, status, reason, next_attempt
    )
    select
        concat_ws(':', ticked.alert_id, ticked.escalation_count, 'user', ticked.user_id, page.rule_id, page.round),
        ticked.alert_id, ticked.id, ticked.user_id, methods.id, users.name, methods.type,
        ticked.escalation_count, ticked.step_number, ticked.loop_count,
        case when page.bundled then 'bundled' else 'pending' end,
        case when page.bundled then 'later_page_says_it' end,
        case when page.bundled then null else now() end
    from jsonb_to_recordset(work -> 'pages')
        as page (rule_id uuid, contact_method_id uuid, round bigint, bundled boolean)
    join users on users.id = ticked.user_id
    join contact_methods as methods on methods.id = page.contact_method_id
    on conflict (idempotency_key) do nothing;
    return true;
end $$;

-- A page is taken for one attempt. attempts is the claim's ticket: whoever comes second finds it moved. Nothing either
-- when the alert is no longer as it was read (N2). A claim that ran out was that of an engine that is gone: whether the
-- page went out then nobody knows, so the timeline says why there may be two.
create function claim_page(work jsonb) returns integer language plpgsql as $$
declare
    attempt integer;
begin
    update outgoing_messages
    set
        status = 'sending', reason = case when status = 'sending' then 'engine_stopped_while_sending' end,
        attempts = attempts + 1,
        claimed_until = now() + (work ->> 'claim')::interval, next_attempt = null, updated_at = now()
    where
        id = (work ->> 'page_id')::uuid and attempts = (work ->> 'attempts')::integer
        and (status = 'pending' or (status = 'sending' and claimed_until <= now()))
        and (select alerts.status from alerts where alerts.id = outgoing_messages.alert_id) = work ->> 'alert_status'
    returning attempts into attempt;
    return attempt;
end $$;

-- A page has gone out.
create function page_sent(work jsonb) returns boolean language plpgsql as $$
begin
    update outgoing_messages
    set
        status = 'sent', reason = null, sent_at = now(), provider_reference = work ->> 'reference',
        claimed_until = null, updated_at = now()
    where
        id = (work ->> 'page_id')::uuid and attempts = (work ->> 'attempts')::integer and status = 'sending';
    return found or null;
end $$;

-- Do each piece of work in a transaction of its own, one after the other. done holds what came of each; failed the
-- positions of those that raised an error, from 0: they are tried again by themselves, where the error is seen.
-- A row that somebody holds is not waited for here, for the others wait behind it.
create procedure engine_each(action text, work jsonb, inout done jsonb[], inout failed integer[])
language plpgsql as $$
declare
    result jsonb;
begin
    done := '{}';
    failed := '{}';
    for number in 0 .. jsonb_array_length(work) - 1 loop
        result := null;
        begin
            perform set_config('lock_timeout', '10ms', true);
            case action
                when 'enter_step' then result := to_jsonb(enter_step(work -> number));
                when 'tick_cycle' then result := to_jsonb(tick_cycle(work -> number));
                when 'claim_page' then result := to_jsonb(claim_page(work -> number));
                when 'page_sent' then result := to_jsonb(page_sent(work -> number));
            end case;
        exception when others then
            failed := failed || number;
        end;
        done := done || result;
        commit;
    end loop;
end $$;
