-- The pages that a step has at once are written with the step, and claimed by the engine that writes them.
--
-- A notification rule without a delay pages at the moment in which its user's cycle begins. So nothing but the step's own
-- transaction is needed to write that page: no job of the cycle's, and none of the page's, unless the engine dies.

-- A user's notification rules, as the rules of paging take them.
create function paging_rules(of_user uuid) returns jsonb language plpgsql stable as $$
begin
    return (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'id', rules.id,
                'contact_method_id', rules.contact_method_id,
                'delay_seconds', extract(epoch from rules.delay),
                'since', rules.created_at,
                'enabled', methods.enabled
            ) order by rules.id
        ), '[]')
        from notification_rules as rules
        join contact_methods as methods on methods.id = rules.contact_method_id
        where rules.user_id = of_user
    );
end $$;

-- The user's rules stay as they are until the transaction ends. Who enters a step holds them so: who changes them waits,
-- and then sees the cycles that began by the former rules, and wakes them.
create function hold_paging_rules(of_user uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(0x72756c65, hashtext(of_user::text));  -- "rule"
end $$;

create or replace function notification_rule_wakeup() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(0x72756c65, hashtext(new.user_id::text));
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

-- A page's job waits until the page is due: when it is to be sent, or when its claim is over.
create or replace function page_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('page', new.id::text, coalesce(new.next_attempt, new.claimed_until));
    return null;
end $$;

drop trigger wakeup_on_insert on outgoing_messages;
create trigger wakeup_on_insert after insert on outgoing_messages
for each row when (new.next_attempt is not null or new.claimed_until is not null) execute function page_wakeup();

-- Whoever ends a claim early wants the page to go out early. One that was claimed by its job has that still.
create function page_claim_ended() returns trigger language plpgsql as $$
begin
    update pgqueuer set execute_after = new.claimed_until - interval '1 microsecond'
    where dedupe_key = 'page:' || new.id and status = 'queued' and execute_after >= new.claimed_until;
    return null;
end $$;

create trigger claim_ended after update of claimed_until on outgoing_messages
for each row when (new.claimed_until < old.claimed_until) execute function page_claim_ended();

-- A page has gone out. One that was written claimed has a job for the end of its claim.
create or replace function page_sent(work jsonb) returns boolean language plpgsql as $$
begin
    update outgoing_messages
    set
        status = 'sent', reason = null, sent_at = now(), provider_reference = work ->> 'reference',
        claimed_until = null, updated_at = now()
    where
        id = (work ->> 'page_id')::uuid and attempts = (work ->> 'attempts')::integer and status = 'sending';
    if not found then
        return null;
    end if;
    delete from pgqueuer
    where dedupe_key = 'page:' || (work ->> 'page_id') and status = 'queued';
    return true;
end $$;

-- How a page of this status is written: claimed for an engine until then, if one takes it.
create function claim_of_page(page_status text, claimer uuid, claim_ends timestamptz)
returns table (
    status text, next_attempt timestamptz, attempts integer, claimed_by uuid, claimed_until timestamptz
)
language sql stable as $$
    select
        case when page_status = 'pending' and claimer is not null then 'sending' else page_status end,
        case when page_status = 'pending' and claimer is null then now() end,
        case when page_status = 'pending' and claimer is not null then 1 else 0 end,
        case when page_status = 'pending' then claimer end,
        case when page_status = 'pending' and claimer is not null then claim_ends end
$$;

-- An alert enters a step: the state, a cycle per user with what it pages at once, a page per channel, the timeline.
-- Where everyone must acknowledge, the new cycle takes over the repeating from the user's former ones, or each round
-- would add to the pages of all later ones.
--
-- work has each user's first pages, and the rules by which they were chosen. When the rules have changed since, or
-- another cycle of the same alert and user is due as well, the cycle's own job does it all.
--
-- With claimed_by, the pages are claimed for that engine. Returns those: their ids, and the types and addresses of their
-- destinations; null when the alert has moved.
drop function enter_step(jsonb);
create function enter_step(work jsonb) returns jsonb language plpgsql as $$
declare
    asked_every constant interval := work ->> 'repeat_every';
    claimer constant uuid := work ->> 'claimed_by';
    claim_ends constant timestamptz := now() + (work ->> 'claim')::interval;
    user_ids constant uuid[] := array(select person ->> 'id' from jsonb_array_elements(work -> 'users') as person);
    channel_ids constant uuid[] := array(select jsonb_array_elements_text(work -> 'channels'));
    entered escalation_policy_state;
    claimed jsonb := '[]';
    claimed_too jsonb;
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

    perform hold_paging_rules(users.id) from (select unnest(user_ids) as id order by 1) as users;
    with people as (
        select
            person.id, person.pages, person.next_in,
            person.pages is not null
            and person.rules = paging_rules(person.id)
            and not exists (
                select from notification_policy_cycles as others
                where
                    others.alert_id = entered.alert_id
                    and others.user_id = person.id
                    and others.next_tick <= now() + interval '1 second'
            ) as pages_now
        from jsonb_to_recordset(work -> 'users') as person (id uuid, pages jsonb, next_in interval, rules jsonb)
    ),
    begun as (
        insert into notification_policy_cycles (
            alert_id, user_id, escalation_count, step_number, loop_count, repeat_every, last_tick, next_tick
        )
        select
            entered.alert_id, people.id, entered.escalation_count, entered.step_number, entered.loop_count, asked_every,
            case when people.pages_now then now() end,
            case when people.pages_now then now() + people.next_in else now() end
        from people
        on conflict (alert_id, escalation_count, user_id) do nothing
        returning id, user_id
    ),
    written as (
        insert into outgoing_messages (
            idempotency_key, alert_id, cycle_id, user_id, contact_method_id, target_name, destination_type,
            escalation_count, step_number, loop_count, reason, status, next_attempt,
            attempts, claimed_by, claimed_until
        )
        select
            concat_ws(':', entered.alert_id, entered.escalation_count, 'user', users.id, page.rule_id, page.round),
            entered.alert_id, begun.id, users.id, methods.id, users.name, methods.type,
            entered.escalation_count, entered.step_number, entered.loop_count, page.reason, claim.*
        from begun
        join people on people.id = begun.user_id and people.pages_now
        join users on users.id = begun.user_id
        cross join jsonb_to_recordset(people.pages)
            as page (rule_id uuid, contact_method_id uuid, round bigint, status text, reason text)
        join contact_methods as methods on methods.id = page.contact_method_id
        cross join lateral claim_of_page(page.status, claimer, claim_ends) as claim
        on conflict (idempotency_key) do nothing
        returning id, contact_method_id, status
    )
    select coalesce(jsonb_agg(jsonb_build_object('id', written.id, 'type', methods.type, 'address', methods.address)), '[]')
    into claimed
    from written
    join contact_methods as methods on methods.id = written.contact_method_id
    where written.status = 'sending';

    if channel_ids <> '{}' then
        with written as (
            insert into outgoing_messages (
                idempotency_key, alert_id, channel_id, target_name, destination_type,
                escalation_count, step_number, loop_count, status, next_attempt, attempts, claimed_by, claimed_until
            )
            select
                concat_ws(':', entered.alert_id, entered.escalation_count, 'channel', channels.id),
                entered.alert_id, channels.id, channels.name, channels.type,
                entered.escalation_count, entered.step_number, entered.loop_count, claim.*
            from channels
            cross join lateral claim_of_page('pending', claimer, claim_ends) as claim
            where channels.id = any(channel_ids)
            on conflict (idempotency_key) do nothing
            returning id, channel_id, status
        )
        select
            coalesce(jsonb_agg(jsonb_build_object('id', written.id, 'type', channels.type, 'address', channels.address)), '[]')
        into claimed_too
        from written
        join channels on channels.id = written.channel_id
        where written.status = 'sending';
        claimed := claimed || claimed_too;
    end if;

    with written as (
        insert into alert_logs (alert_id, event, reason, meta)
        select entered.alert_id, entry ->> 'event', entry ->> 'reason', entry -> 'meta'
        from jsonb_array_elements(work -> 'entries') with ordinality as entries (entry, number)
        order by number
        returning id, event
    )
    insert into escalation_moves (
        alert_id, log_id, state, escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count,
        escalation_count, user_ids, due, last_escalation, next_escalation
    )
    select
        entered.alert_id, written.id, entered.state, entered.escalation_policy_id, entered.caught_from,
        entered.escalation_policy_step_id, entered.step_number, entered.loop_count, entered.escalation_count,
        user_ids, (work ->> 'due')::timestamptz, entered.last_escalation, entered.next_escalation
    from written
    where written.event = 'escalated';
    return claimed;
end $$;
