-- What an alert's move on its policy left it with: its row of escalation as it was then, beside the move's entry in the
-- timeline. The timeline reads it, and a row that is lost or says otherwise is restored from the last one.
create table escalation_moves (
    alert_id bigint not null references alerts on delete cascade,
    log_id bigint not null,
    state text not null,
    escalation_policy_id uuid,
    caught_from uuid,
    escalation_policy_step_id uuid,
    step_number integer,
    loop_count integer not null,
    escalation_count integer not null,
    user_ids uuid[] not null default '{}',
    due timestamptz,
    last_escalation timestamptz,
    next_escalation timestamptz,
    moved_at timestamptz not null default now(),
    primary key (alert_id, log_id)
);
comment on column escalation_moves.user_ids is 'who has been paged for it: each has a notification cycle';
comment on column escalation_moves.due is 'when it should have moved; null: at no moment, by an event';

insert into escalation_moves (
    alert_id, log_id, state, escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count,
    escalation_count, user_ids, due, last_escalation, next_escalation, moved_at
)
select
    logs.alert_id,
    logs.id,
    case logs.event
        when 'escalated' then 'escalating'
        when 'exhausted' then 'exhausted'
        when 'handed_over' then 'new'
        when 'nobody_on_call' then 'nobody'
        else case logs.reason when 'no_steps' then 'no_steps' else 'maintenance' end
    end,
    coalesce(
        (logs.meta ->> 'escalation_policy_id')::uuid, steps.escalation_policy_id, state.escalation_policy_id
    ),
    state.caught_from,
    case when logs.event in ('escalated', 'exhausted', 'held') then entered.step_id end,
    case when logs.event in ('escalated', 'exhausted', 'held') then entered.step_number end,
    case when logs.event = 'handed_over' then 0 else coalesce(entered.loop_count, 0) end,
    coalesce(entered.escalation_count, 0),
    case
        when logs.event = 'escalated' then array(
            select (person.value ->> 'id')::uuid from jsonb_array_elements(logs.meta -> 'users') as person
        )
        else '{}'
    end,
    (logs.meta ->> 'due_at')::timestamptz,
    entered.at,
    case
        when logs.event = 'handed_over' then logs.at
        else logs.at + make_interval(
            secs => coalesce(logs.meta ->> 'next_in_seconds', logs.meta ->> 'looks_again_in_seconds')::float8
        )
    end,
    logs.at
from alert_logs as logs
left join lateral (
    select
        max(earlier.at) as at,
        (array_agg((earlier.meta ->> 'step_id')::uuid order by earlier.id desc))[1] as step_id,
        (array_agg((earlier.meta ->> 'step_number')::integer order by earlier.id desc))[1] as step_number,
        (array_agg((earlier.meta ->> 'loop_count')::integer order by earlier.id desc))[1] as loop_count,
        count(*) as escalation_count
    from alert_logs as earlier
    where earlier.alert_id = logs.alert_id and earlier.id <= logs.id and earlier.event = 'escalated'
) as entered on true
left join escalation_policy_steps as steps on steps.id = entered.step_id
left join escalation_policy_state as state on state.alert_id = logs.alert_id
where logs.event in ('escalated', 'exhausted', 'handed_over', 'nobody_on_call', 'held');

-- An alert's own timeline. What an entry says of a move is told by the move.
create view alert_timeline as
select
    logs.alert_id,
    logs.id,
    logs.at,
    logs.event,
    logs.reason,
    logs.actor,
    logs.meta || case
        when moves.log_id is null then '{}'
        when logs.event = 'escalated' then jsonb_build_object(
            'step_id', moves.escalation_policy_step_id,
            'step_number', moves.step_number,
            'loop_count', moves.loop_count,
            'next_in_seconds', extract(epoch from moves.next_escalation - moves.moved_at)::float8,
            'due_at', to_char(moves.due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
        )
        when logs.event = 'handed_over' then jsonb_build_object('escalation_policy_id', moves.escalation_policy_id)
        when logs.event = 'nobody_on_call' then jsonb_build_object(
            'looks_again_in_seconds', extract(epoch from moves.next_escalation - moves.moved_at)::float8
        )
        else '{}'
    end as meta
from alert_logs as logs
left join escalation_moves as moves on moves.alert_id = logs.alert_id and moves.log_id = logs.id;

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
    return true;
end $$;
