-- Pages: the cycles that work through a user's notification rules, and the messages that they and the channels are
-- sent.
--
-- A claim names the engine that holds it, and an engine says what it holds and which process it is (engine_instances):
-- what a dead engine held is free as soon as another knows that it is dead, instead of when the claim's time is over.

-- One user's notification rules being worked through for one entry into a step. last_tick is how far it has come.
create table notification_policy_cycles (
    id uuid primary key default gen_random_uuid(),
    alert_id bigint not null references alerts on delete cascade,
    user_id uuid not null references users on delete cascade,
    escalation_count integer not null,
    step_number integer not null,
    loop_count integer not null,
    started_at timestamptz not null default now(),
    last_tick timestamptz,
    next_tick timestamptz default now(),
    repeat_every interval check (repeat_every > interval '0'),
    ended_at timestamptz,
    end_reason text,
    unique (alert_id, escalation_count, user_id)
);
create index notification_policy_cycles_next_tick_idx on notification_policy_cycles (next_tick)
where next_tick is not null;
create index notification_policy_cycles_user_id_idx on notification_policy_cycles (user_id);

-- One row per page. The idempotency key names alert, escalation, target and rule, so that running a job twice finds
-- the same row, and a repeated send carries the same key.
create table outgoing_messages (
    id uuid primary key default gen_random_uuid(),
    idempotency_key text not null,
    alert_id bigint not null references alerts on delete cascade,
    cycle_id uuid references notification_policy_cycles on delete set null,
    user_id uuid references users on delete set null,
    contact_method_id uuid references contact_methods on delete set null,
    channel_id uuid references channels on delete set null,
    target_name text not null,
    destination_type text not null,
    escalation_count integer not null default 0,
    step_number integer not null default 0,
    loop_count integer not null default 0,
    status text not null default 'pending' check (
        status in ('pending', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'bundled')
    ),
    reason text,
    attempts integer not null default 0,
    next_attempt timestamptz default now(),
    claimed_until timestamptz,
    claimed_by uuid,
    provider_reference text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    sent_at timestamptz,
    constraint outgoing_messages_idempotency_key unique (idempotency_key)
);
comment on column outgoing_messages.claimed_by is 'the engine that claimed it last';
create index outgoing_messages_alert_id_idx on outgoing_messages (alert_id);
create index outgoing_messages_cycle_id_idx on outgoing_messages (cycle_id);
create index outgoing_messages_user_id_idx on outgoing_messages (user_id);
create index outgoing_messages_contact_method_id_idx on outgoing_messages (contact_method_id);
create index outgoing_messages_channel_id_idx on outgoing_messages (channel_id);
create index outgoing_messages_waiting_idx on outgoing_messages (next_attempt) where status = 'pending';
create index outgoing_messages_sending_idx on outgoing_messages (claimed_until) where status = 'sending';
create index outgoing_messages_sent_at_idx on outgoing_messages (sent_at) where sent_at is not null;

create table outgoing_message_events (
    id bigint generated always as identity primary key,
    message_id uuid not null references outgoing_messages on delete cascade,
    at timestamptz not null default now(),
    status text not null,
    reason text,
    attempt integer not null
);
create index outgoing_message_events_message_id_idx on outgoing_message_events (message_id, id);

create function outgoing_message_keep_state() returns trigger language plpgsql as $$
begin
    insert into outgoing_message_events (message_id, status, reason, attempt)
    values (new.id, new.status, new.reason, new.attempts);
    return null;
end $$;

create trigger keep_state_on_insert after insert on outgoing_messages
for each row execute function outgoing_message_keep_state();

create trigger keep_state_on_change after update on outgoing_messages
for each row when (
    old.status is distinct from new.status
    or old.reason is distinct from new.reason
    or old.attempts is distinct from new.attempts
)
execute function outgoing_message_keep_state();

-- A job holds several cycles of an alert now, so whoever writes several locks them in the order of their ids.
create function stop_paging(alert bigint, why text) returns void language plpgsql as $$
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

create function cycle_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('cycle', new.id::text, new.next_tick);
    return null;
end $$;

create trigger wakeup_on_insert after insert on notification_policy_cycles
for each row when (new.next_tick is not null) execute function cycle_wakeup();

create trigger wakeup_on_change after update of next_tick on notification_policy_cycles
for each row when (new.next_tick is not null and old.next_tick is distinct from new.next_tick)
execute function cycle_wakeup();

create function page_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('page', new.id::text, new.next_attempt);
    return null;
end $$;

create trigger wakeup_on_insert after insert on outgoing_messages
for each row when (new.next_attempt is not null) execute function page_wakeup();

create trigger wakeup_on_change after update of next_attempt on outgoing_messages
for each row when (new.next_attempt is not null and old.next_attempt is distinct from new.next_attempt)
execute function page_wakeup();

-- A rule made while a cycle runs may lie ahead of it (N2), and so may those of a contact method that is enabled.
create function notification_rule_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('cycle', cycles.id::text, now())
    from notification_policy_cycles as cycles
    where cycles.user_id = new.user_id and cycles.ended_at is null
    order by cycles.id;
    perform engine_look_again(array(
        select steps.escalation_policy_id
        from ep_step_on_call_users as on_call
        join escalation_policy_steps as steps on steps.id = on_call.ep_step_id
        where on_call.user_id = new.user_id and on_call.end_time is null
    ));
    return null;
end $$;

create trigger wakeup after insert or update of delay, contact_method_id on notification_rules
for each row execute function notification_rule_wakeup();

create trigger wakeup after update of enabled on contact_methods
for each row when (new.enabled and not old.enabled) execute function notification_rule_wakeup();

-- Cycles of one alert and one user move on together and write their due pages; all of them, or none when one has moved
-- since it was read. A notification rule that was passed over since its contact method is disabled leaves a page that
-- was never to go out (N4).
create function tick_cycle(work jsonb) returns boolean language plpgsql as $$
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
        attempts = attempts + 1, claimed_by = (work ->> 'claimed_by')::uuid,
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

-- The cycles of an alert that still have something to do.
create index notification_policy_cycles_waiting_idx on notification_policy_cycles (alert_id)
where next_tick is not null;

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
