-- Many alerts enter their steps in one statement, many pages are recorded in one, and both write less.
--
-- Each alert still moves or does not move by itself: a statement for many is the same as one for each, only that a fault
-- or a lock of one undoes it for all. Then each is done again in a transaction of its own (engine_each).

-- One job for each engine sees to the claims that it does not live to end, instead of one for each page that it claims.
-- It waits for the first claim that ends.
insert into job_kinds (name, lock_order) values ('claims', 9);

create function page_claims_wakeup(claimer uuid, first_end timestamptz) returns void language plpgsql as $$
begin
    perform engine_enqueue('claims', claimer::text, first_end, 0);
end $$;

create or replace function page_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('page', new.id::text, new.next_attempt);
    return null;
end $$;

drop trigger wakeup_on_insert on outgoing_messages;
create trigger wakeup_on_insert after insert on outgoing_messages
for each row when (new.next_attempt is not null) execute function page_wakeup();

-- Whoever ends a claim early wants the page to go out early.
create or replace function page_claim_ended() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('page', new.id::text, new.claimed_until, 0);
    return null;
end $$;

-- Pages that are claimed now have a job each, which goes on waiting; their engines get theirs.
select page_claims_wakeup(messages.claimed_by, min(messages.claimed_until))
from outgoing_messages as messages
where messages.status = 'sending' and messages.claimed_by is not null and messages.claimed_until is not null
group by messages.claimed_by;

-- A page is written once: its key is unique among the pages of its alert, by a hash of it that makes the index small. A page
-- is not looked for by its cycle or its contact method: both may be gone, then it says so by itself.
alter table outgoing_messages
drop constraint outgoing_messages_cycle_id_fkey,
drop constraint outgoing_messages_contact_method_id_fkey,
drop constraint outgoing_messages_idempotency_key;
create unique index outgoing_messages_idempotency_key
on outgoing_messages (alert_id, hashtextextended(idempotency_key, 0));
drop index outgoing_messages_alert_id_idx;
drop index outgoing_messages_cycle_id_idx;
drop index outgoing_messages_contact_method_id_idx;
drop index outgoing_messages_channel_id_idx;
create index outgoing_messages_channel_id_idx on outgoing_messages (channel_id) where channel_id is not null;
comment on column outgoing_messages.cycle_id is 'the cycle that paged; it is as old as the page, and goes with the same alert';
comment on column outgoing_messages.contact_method_id is 'where it goes, or went: the contact method may be gone';

-- Most pages are written, are sent, and that is all: both are told by the page itself. outgoing_message_events has what
-- happens to it otherwise. A page that an earlier version wrote has an event for each of its states.
alter table outgoing_messages
add column number bigint generated always as identity,
add column written_as text;
comment on column outgoing_messages.written_as is 'its first state; null: an event tells it';

drop trigger keep_state_on_insert on outgoing_messages;
create trigger keep_state_on_insert after insert on outgoing_messages
for each row when (new.written_as is null) execute function outgoing_message_keep_state();

drop trigger keep_state_on_change on outgoing_messages;
create trigger keep_state_on_change after update on outgoing_messages
for each row when (
    (
        old.status is distinct from new.status
        or old.reason is distinct from new.reason
        or old.attempts is distinct from new.attempts
    )
    and (new.status <> 'sent' or new.written_as is null)
)
execute function outgoing_message_keep_state();

-- Every state of a page, with its time and reason (N4). The parts of one moment are in the order of ``source`` and ``id``.
create view page_states as
select
    messages.id as page_id,
    messages.alert_id,
    1 as source,
    messages.number as id,
    messages.created_at as at,
    messages.written_as as status,
    case when messages.written_as not in ('pending', 'sending') then messages.reason end as reason,
    case messages.written_as when 'sending' then 1 else 0 end as attempt
from outgoing_messages as messages
where messages.written_as is not null
union all
select messages.id, messages.alert_id, 2, events.id, events.at, events.status, events.reason, events.attempt
from outgoing_messages as messages
join outgoing_message_events as events on events.message_id = messages.id
union all
select messages.id, messages.alert_id, 3, messages.number, messages.sent_at, 'sent', null, messages.attempts
from outgoing_messages as messages
where messages.written_as is not null and messages.sent_at is not null;

-- Alerts enter their steps, those that stand as they were read: the state, a cycle per user with what it pages at once, a
-- page per channel, the timeline. Where everyone must acknowledge, the new cycle takes over the repeating from the
-- user's former ones, or each round would add to the pages of all later ones.
--
-- An entry has each user's first pages, and the rules by which they were chosen. When the rules have changed since, or
-- another cycle of the same alert and user is due as well, the cycle's own job does it all.
--
-- With claimed_by, the pages are claimed for that engine. Returns for each entry those: their ids, and the types and
-- addresses of their destinations; null when the alert has moved.
create function enter_steps(entries jsonb) returns jsonb[] language plpgsql as $$
declare
    entered_all jsonb[];
    claimers uuid[];
    first_end timestamptz;
begin
    perform hold_paging_rules(people.id)
    from (
        select distinct (person ->> 'id')::uuid as id
        from jsonb_array_elements(entries) as entry
        cross join lateral jsonb_array_elements(entry -> 'users') as person
        order by 1
    ) as people;

    with given as materialized (
        select distinct on (entry.alert_id) entry.*
        from rows from (jsonb_to_recordset(entries) as (
            alert_id bigint, version bigint, policy_id uuid, caught_from uuid, step_id uuid, step_number integer,
            loop_count integer, due timestamptz, delay interval, users jsonb, repeat_every interval, channels jsonb,
            entries jsonb, claimed_by uuid, claim interval
        )) with ordinality as entry (
            alert_id, version, policy_id, caught_from, step_id, step_number,
            loop_count, due, delay, users, repeat_every, channels,
            log, claimed_by, claim, place
        )
        order by entry.alert_id, entry.place
    ),
    held as materialized (
        select state.alert_id
        from given
        join escalation_policy_state as state on state.alert_id = given.alert_id and state.version = given.version
        order by state.alert_id
        for no key update of state
    ),
    entered as (
        update escalation_policy_state as state
        set
            escalation_policy_id = given.policy_id,
            escalation_policy_step_id = given.step_id,
            step_number = given.step_number,
            loop_count = given.loop_count,
            escalation_count = state.escalation_count + 1,
            state = 'escalating',
            caught_from = given.caught_from,
            force_escalation = false,
            force_step_id = null,
            last_escalation = now(),
            next_escalation = now() + given.delay,
            version = state.version + 1
        from held
        join given on given.alert_id = held.alert_id
        where state.alert_id = held.alert_id
        returning
            given.place, state.alert_id, state.escalation_policy_id, state.caught_from, state.escalation_policy_step_id,
            state.step_number, state.loop_count, state.escalation_count, state.state, state.last_escalation,
            state.next_escalation, given.due, given.users, given.channels, given.repeat_every, given.log,
            given.claimed_by, now() + given.claim as claim_ends
    ),
    people as materialized (
        select entered.alert_id, person.id, person.pages, person.next_in, person.rules
        from entered
        cross join lateral jsonb_to_recordset(entered.users)
            as person (id uuid, pages jsonb, next_in interval, rules jsonb)
    ),
    rules as materialized (
        select chosen.id, paging_rules(chosen.id) as rules
        from (select distinct people.id from people where people.pages is not null) as chosen
    ),
    paged_now as materialized (
        select people.alert_id, people.id, people.pages, people.next_in
        from people
        join rules on rules.id = people.id and rules.rules = people.rules
        where
            people.pages is not null
            and not exists (
                select from notification_policy_cycles as others
                where
                    others.alert_id = people.alert_id
                    and others.user_id = people.id
                    and others.next_tick <= now() + interval '1 second'
            )
    ),
    taken_over as (
        update notification_policy_cycles as cycles
        set repeat_every = null
        from (
            select running.id
            from entered
            join people on people.alert_id = entered.alert_id
            join notification_policy_cycles as running
                on running.alert_id = entered.alert_id and running.user_id = people.id
            where entered.repeat_every is not null and running.ended_at is null and running.repeat_every is not null
            order by running.id
            for no key update of running
        ) as repeating
        where cycles.id = repeating.id
    ),
    begun as (
        insert into notification_policy_cycles (
            alert_id, user_id, escalation_count, step_number, loop_count, repeat_every, last_tick, next_tick
        )
        select
            entered.alert_id, people.id, entered.escalation_count, entered.step_number, entered.loop_count,
            entered.repeat_every,
            case when paged_now.id is not null then now() end,
            case when paged_now.id is not null then now() + paged_now.next_in else now() end
        from entered
        join people on people.alert_id = entered.alert_id
        left join paged_now on paged_now.alert_id = people.alert_id and paged_now.id = people.id
        where not exists (
            select from notification_policy_cycles as former
            where
                former.alert_id = entered.alert_id
                and former.escalation_count = entered.escalation_count
                and former.user_id = people.id
        )
        order by entered.alert_id, people.id
        returning id, alert_id, user_id
    ),
    to_users as (
        insert into outgoing_messages (
            idempotency_key, alert_id, cycle_id, user_id, contact_method_id, target_name, destination_type,
            escalation_count, step_number, loop_count, reason, status, next_attempt,
            attempts, claimed_by, claimed_until, written_as
        )
        select
            concat_ws(':', entered.alert_id, entered.escalation_count, 'user', users.id, page.rule_id, page.round),
            entered.alert_id, begun.id, users.id, methods.id, users.name, methods.type,
            entered.escalation_count, entered.step_number, entered.loop_count, page.reason, claim.*,
            claim.status
        from begun
        join paged_now on paged_now.alert_id = begun.alert_id and paged_now.id = begun.user_id
        join entered on entered.alert_id = begun.alert_id
        join users on users.id = begun.user_id
        cross join lateral jsonb_to_recordset(paged_now.pages)
            as page (rule_id uuid, contact_method_id uuid, round bigint, status text, reason text)
        join contact_methods as methods on methods.id = page.contact_method_id
        cross join lateral claim_of_page(page.status, entered.claimed_by, entered.claim_ends) as claim
        order by entered.alert_id
        on conflict (alert_id, hashtextextended(idempotency_key, 0)) do nothing
        returning id, alert_id, contact_method_id, status
    ),
    to_channels as (
        insert into outgoing_messages (
            idempotency_key, alert_id, channel_id, target_name, destination_type,
            escalation_count, step_number, loop_count, status, next_attempt, attempts, claimed_by, claimed_until,
            written_as
        )
        select
            concat_ws(':', entered.alert_id, entered.escalation_count, 'channel', channels.id),
            entered.alert_id, channels.id, channels.name, channels.type,
            entered.escalation_count, entered.step_number, entered.loop_count, claim.*, claim.status
        from entered
        cross join lateral jsonb_array_elements_text(entered.channels) as target (id)
        join channels on channels.id = target.id::uuid
        cross join lateral claim_of_page('pending', entered.claimed_by, entered.claim_ends) as claim
        order by entered.alert_id
        on conflict (alert_id, hashtextextended(idempotency_key, 0)) do nothing
        returning id, alert_id, channel_id, status
    ),
    logged as (
        insert into alert_logs (alert_id, event, reason, meta)
        select entered.alert_id, said.entry ->> 'event', said.entry ->> 'reason', said.entry -> 'meta'
        from entered
        cross join lateral jsonb_array_elements(entered.log) with ordinality as said (entry, place)
        order by entered.alert_id, said.place
        returning id, alert_id, event
    ),
    moved as (
        insert into escalation_moves (
            alert_id, log_id, state, escalation_policy_id, caught_from, escalation_policy_step_id, step_number,
            loop_count, escalation_count, user_ids, due, last_escalation, next_escalation
        )
        select
            entered.alert_id, logged.id, entered.state, entered.escalation_policy_id, entered.caught_from,
            entered.escalation_policy_step_id, entered.step_number, entered.loop_count, entered.escalation_count,
            array(select (person ->> 'id')::uuid from jsonb_array_elements(entered.users) as person),
            entered.due, entered.last_escalation, entered.next_escalation
        from logged
        join entered on entered.alert_id = logged.alert_id
        where logged.event = 'escalated'
    ),
    claimed as (
        select
            pages.alert_id,
            jsonb_agg(jsonb_build_object('id', pages.id, 'type', pages.type, 'address', pages.address)) as pages
        from (
            select to_users.id, to_users.alert_id, methods.type, methods.address
            from to_users
            join contact_methods as methods on methods.id = to_users.contact_method_id
            where to_users.status = 'sending'
            union all
            select to_channels.id, to_channels.alert_id, channels.type, channels.address
            from to_channels
            join channels on channels.id = to_channels.channel_id
            where to_channels.status = 'sending'
        ) as pages
        group by pages.alert_id
    )
    select
        array_agg(case when entered.place is not null then coalesce(claimed.pages, '[]') end order by places.place),
        array_agg(distinct entered.claimed_by) filter (where claimed.pages is not null),
        min(entered.claim_ends) filter (where claimed.pages is not null)
    into entered_all, claimers, first_end
    from generate_series(1, jsonb_array_length(entries)) as places (place)
    left join entered on entered.place = places.place
    left join claimed on claimed.alert_id = entered.alert_id;

    -- Last, for all that an engine does together waits for who holds this job.
    perform page_claims_wakeup(claimer, first_end) from unnest(claimers) as claimer order by claimer;
    return entered_all;
end $$;

drop function enter_step(jsonb);
create function enter_step(entry jsonb) returns jsonb language plpgsql as $$
begin
    return (enter_steps(jsonb_build_array(entry)))[1];
end $$;

-- Pages have gone out: true for each that was still this attempt's, else null.
create function pages_sent(sent jsonb) returns jsonb[] language plpgsql as $$
declare
    recorded_all jsonb[];
begin
    with given as materialized (
        select page.*
        from rows from (jsonb_to_recordset(sent) as (page_id uuid, attempts integer, reference text))
            with ordinality as page (page_id, attempts, reference, place)
    ),
    held as materialized (
        select messages.id, given.reference, given.place
        from given
        join outgoing_messages as messages on messages.id = given.page_id and messages.attempts = given.attempts
        where messages.status = 'sending'
        order by messages.id
        for no key update of messages
    ),
    recorded as (
        update outgoing_messages as messages
        set
            status = 'sent', reason = null, sent_at = now(), provider_reference = held.reference,
            claimed_until = null, updated_at = now()
        from held
        where messages.id = held.id
        returning held.place
    )
    select array_agg(case when recorded.place is not null then to_jsonb(true) end order by places.place)
    into recorded_all
    from generate_series(1, jsonb_array_length(sent)) as places (place)
    left join recorded on recorded.place = places.place;
    return recorded_all;
end $$;

drop function page_sent(jsonb);
create function page_sent(sent jsonb) returns boolean language plpgsql as $$
begin
    return (pages_sent(jsonb_build_array(sent)))[1] is not null or null;
end $$;

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
            escalation_count, step_number, loop_count, status, reason, next_attempt, written_as
        )
        select
            concat_ws(':', moved.alert_id, moved.escalation_count, 'user', moved.user_id, page.rule_id, page.round),
            moved.alert_id, moved.id, moved.user_id, methods.id, users.name, methods.type,
            moved.escalation_count, moved.step_number, moved.loop_count,
            page.status, page.reason, case when page.status = 'pending' then now() end, page.status
        from moved
        cross join jsonb_to_recordset(moved.pages)
            as page (rule_id uuid, contact_method_id uuid, round bigint, status text, reason text)
        join users on users.id = moved.user_id
        join contact_methods as methods on methods.id = page.contact_method_id
        on conflict (alert_id, hashtextextended(idempotency_key, 0)) do nothing
    )
    select count(*) into ticked from moved;
    return nullif(ticked = wanted, false);
end $$;

-- A page is taken for one attempt. attempts is the claim's ticket: whoever comes second finds it moved. Nothing either
-- when the alert is no longer as it was read (N2). A claim that ran out was that of an engine that is gone: whether the
-- page went out then nobody knows, so the timeline says why there may be two.
create or replace function claim_page(work jsonb) returns integer language plpgsql as $$
declare
    claim_ends constant timestamptz := now() + (work ->> 'claim')::interval;
    attempt integer;
begin
    update outgoing_messages
    set
        status = 'sending', reason = case when status = 'sending' then 'engine_stopped_while_sending' end,
        attempts = attempts + 1, claimed_by = (work ->> 'claimed_by')::uuid,
        claimed_until = claim_ends, next_attempt = null, updated_at = now()
    where
        id = (work ->> 'page_id')::uuid and attempts = (work ->> 'attempts')::integer
        and (status = 'pending' or (status = 'sending' and claimed_until <= now()))
        and (select alerts.status from alerts where alerts.id = outgoing_messages.alert_id) = work ->> 'alert_status'
    returning attempts into attempt;
    if found then
        perform page_claims_wakeup((work ->> 'claimed_by')::uuid, claim_ends);
    end if;
    return attempt;
end $$;

-- Do pieces of work: those that can be done together in one transaction; when that meets a fault or a row that somebody
-- holds, and for all others, each in a transaction of its own, one after the other. done holds what came of each; failed
-- the positions of those that raised an error, from 0: they are tried again by themselves, where the error is seen.
-- A row that somebody holds is not waited for here, for the others wait behind it.
create or replace procedure engine_each(action text, work jsonb, inout done jsonb[], inout failed integer[])
language plpgsql as $$
declare
    result jsonb;
begin
    done := '{}';
    failed := '{}';
    if action in ('enter_step', 'page_sent') then
        begin
            perform set_config('lock_timeout', '10ms', true);
            case action
                when 'enter_step' then done := enter_steps(work);
                when 'page_sent' then done := pages_sent(work);
            end case;
            return;
        exception when others then
            done := '{}';
        end;
        commit;
    end if;
    for number in 0 .. jsonb_array_length(work) - 1 loop
        result := null;
        begin
            perform set_config('lock_timeout', '10ms', true);
            case action
                when 'enter_step' then result := enter_step(work -> number);
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

-- Everything that can change by itself, and when it does next. A page or an alert without a moment has missed it.
create or replace view engine_due as
select 'alert' as kind, state.alert_id::text as id, state.next_escalation as due
from escalation_policy_state as state
where state.next_escalation is not null
union all
-- Held although nothing holds it any longer, and whoever was to wake it has nothing more to do.
select 'alert', state.alert_id::text, now()
from escalation_policy_state as state
join services on services.id = state.service_id
join escalation_policies as policies on policies.id = services.escalation_policy_id
join service_maintenance as held on held.service_id = services.id
where
    state.state in ('maintenance', 'no_steps')
    and state.next_escalation is null
    and case state.state
        when 'maintenance' then coalesce(held.stored_until, '-infinity') <= now()
        else exists (
            select from escalation_policy_steps as steps
            where steps.escalation_policy_id = policy_to_climb(state.*, policies.*)
        )
    end
    and not engine_has_job('service', services.id::text, now())
    and not engine_has_job('policy_alerts', policy_to_climb(state.*, policies.*)::text, now())
union all
select 'cycle', cycles.id::text, cycles.next_tick
from notification_policy_cycles as cycles
where cycles.next_tick is not null
union all
select 'page', messages.id::text, messages.next_attempt
from outgoing_messages as messages
where messages.status = 'pending'
union all
-- A claim that has ended since is the page's own matter, after a moment in which the engine's job passes it on.
select 'page', messages.id::text, messages.claimed_until
from outgoing_messages as messages
where
    messages.status = 'sending'
    and (messages.claimed_by is null or messages.claimed_until <= now() - interval '5 seconds')
union all
select 'claims', messages.claimed_by::text, min(messages.claimed_until)
from outgoing_messages as messages
where
    messages.status = 'sending'
    and messages.claimed_by is not null
    and messages.claimed_until > now() - interval '5 seconds'
group by messages.claimed_by
union all
select 'service', services.id::text, services.maintenance_expires_at
from services
where services.maintenance_expires_at is not null
union all
select 'service', state.service_id::text, state.next_change
from service_state as state
where state.next_change is not null
union all
select 'rotation', state.rotation_id::text, state.shift_end
from rotation_state as state
union all
select 'schedule', state.schedule_id::text, state.next_change
from schedule_state as state
where state.next_change is not null;
