-- Alerts, where each stands on its policy, and its timeline.

create table alerts (
    id bigint generated always as identity primary key,
    service_id uuid not null references services on delete cascade,
    integration_key_id uuid references integration_keys on delete set null,
    status text not null default 'triggered' check (status in ('triggered', 'acknowledged', 'closed')),
    severity text not null default 'critical' check (severity in ('critical', 'error', 'warning', 'info')),
    summary text not null,
    details text not null default '',
    labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
    dedup_key text not null,
    count bigint not null default 1,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    acknowledged_at timestamptz,
    acknowledged_from timestamptz,
    acknowledged_until timestamptz,
    closed_at timestamptz
);
comment on column alerts.acknowledged_until is 'when the acknowledgement runs out; null never';
comment on column alerts.acknowledged_from is
'from when the service''s ack_timeout counts for the acknowledgement; null: a person chose its end';
create unique index alerts_open_dedup_key on alerts (service_id, dedup_key) where status <> 'closed';
create index alerts_status_idx on alerts (status, id);
create index alerts_service_id_idx on alerts (service_id, id);
create index alerts_labels_idx on alerts using gin (labels jsonb_path_ops);
create index alerts_created_at_idx on alerts (created_at);

-- One row per open alert: where it stands on its policy, or on the catch-all of that. version counts its moves; a
-- writer that decided on an older version writes nothing. escalation_policy_id is the policy that it last moved on,
-- which is its service's unless the service has changed policies since; a policy that only former alerts stood on can
-- be deleted.
create table escalation_policy_state (
    alert_id bigint primary key references alerts on delete cascade,
    service_id uuid not null references services on delete cascade,
    escalation_policy_id uuid references escalation_policies on delete set null,
    escalation_policy_step_id uuid references escalation_policy_steps on delete set null,
    step_number integer,
    loop_count integer not null default 0,
    escalation_count integer not null default 0,
    state text not null default 'new' check (
        state in ('new', 'escalating', 'nobody', 'exhausted', 'no_steps', 'maintenance', 'acknowledged')
    ),
    caught_from uuid,
    force_escalation boolean not null default false,
    force_step_id uuid,
    last_escalation timestamptz,
    next_escalation timestamptz,
    version bigint not null default 0
);
comment on column escalation_policy_state.caught_from is
'the policy that handed it over to the catch-all on which it stands; null: it stands on its own';
create index escalation_policy_state_next_escalation_idx on escalation_policy_state (next_escalation)
where next_escalation is not null;
create index escalation_policy_state_nobody_idx on escalation_policy_state (escalation_policy_id)
where state = 'nobody';
create index escalation_policy_state_service_id_idx on escalation_policy_state (service_id);
create index escalation_policy_state_policy_id_idx on escalation_policy_state (escalation_policy_id);
create index escalation_policy_state_step_id_idx on escalation_policy_state (escalation_policy_step_id);

-- Whether an alert stands on the catch-all of the policy that its service has, which is given.
create function is_caught(state escalation_policy_state, policy escalation_policies) returns boolean
language sql immutable as $$
    select coalesce(state.caught_from = policy.id and state.escalation_policy_id = policy.catch_all_policy_id, false)
$$;

-- The policy that an alert has to climb.
create function policy_to_climb(state escalation_policy_state, policy escalation_policies) returns uuid
language sql immutable as $$
    select case when is_caught(state, policy) then state.escalation_policy_id else policy.id end
$$;

-- The policy of which it has climbed some; null when that no longer counts (A7): it was deleted, or handed over to by a
-- policy that its service has no longer, even if both have the same catch-all, or the service now has that.
create function policy_climbed(state escalation_policy_state, policy escalation_policies) returns uuid
language sql immutable as $$
    select case when state.caught_from is null or is_caught(state, policy) then state.escalation_policy_id end
$$;

create table alert_logs (
    id bigint generated always as identity primary key,
    alert_id bigint not null references alerts on delete cascade,
    at timestamptz not null default now(),
    event text not null,
    reason text,
    actor jsonb,
    meta jsonb not null default '{}'
);
create index alert_logs_alert_id_idx on alert_logs (alert_id, id);
create index alert_logs_taken_idx on alert_logs (alert_id, at) where event in ('acknowledged', 'snoozed');

-- An alert's escalation row is its point of serialisation: every change of status moves that row's version in the same
-- transaction, so an engine that decided on the older status writes nothing.
create function alert_created() returns trigger language plpgsql as $$
begin
    if new.status <> 'closed' then
        insert into escalation_policy_state (alert_id, service_id, escalation_policy_id, next_escalation)
        select new.id, new.service_id, services.escalation_policy_id, new.created_at
        from services
        where services.id = new.service_id;
    end if;
    return null;
end $$;

create trigger alert_created after insert on alerts for each row execute function alert_created();

create function alert_status_changed() returns trigger language plpgsql as $$
begin
    if new.status = 'closed' then
        delete from escalation_policy_state where alert_id = new.id;
    elsif new.status = 'acknowledged' then
        update escalation_policy_state
        set
            state = 'acknowledged', next_escalation = new.acknowledged_until, force_escalation = false,
            force_step_id = null, version = version + 1
        where alert_id = new.id;
    else
        update escalation_policy_state
        set next_escalation = now(), version = version + 1
        where alert_id = new.id;
    end if;
    perform engine_enqueue('alert', new.id::text, now());
    return null;
end $$;

create trigger alert_status_changed after update of status, acknowledged_until on alerts
for each row when (
    old.status is distinct from new.status
    or (new.status = 'acknowledged' and old.acknowledged_until is distinct from new.acknowledged_until)
)
execute function alert_status_changed();

create function escalation_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('alert', new.alert_id::text, new.next_escalation);
    return null;
end $$;

create trigger wakeup_on_insert after insert on escalation_policy_state
for each row when (new.next_escalation is not null) execute function escalation_wakeup();

-- Also when the moment stays the same: the run that sets it may have been the only job that waited for it.
create trigger wakeup_on_change after update of next_escalation on escalation_policy_state
for each row when (new.next_escalation is not null) execute function escalation_wakeup();

-- The policy that an alert stood on is deleted.
create trigger wakeup_on_policy after update of escalation_policy_id on escalation_policy_state
for each row when (new.escalation_policy_id is null and old.escalation_policy_id is not null)
execute function engine_wake('alert', 'alert_id');

-- Alerts that found nobody on some policies look again at once, for somebody may be there now. They decide for
-- themselves, each in its own job: whoever writes here must not hold the rows of many alerts.
create function engine_look_again(policies uuid[]) returns void language plpgsql as $$
begin
    perform engine_enqueue('policy_alerts', waiting.escalation_policy_id::text, now())
    from (
        select distinct state.escalation_policy_id
        from escalation_policy_state as state
        where
            state.escalation_policy_id = any(policies)
            and state.state = 'nobody'
            and state.next_escalation > now()
        order by state.escalation_policy_id
    ) as waiting;
end $$;

-- Alerts that wait for somebody else's change instead of a moment.
create index escalation_policy_state_held_idx on escalation_policy_state (service_id)
where state in ('maintenance', 'no_steps') and next_escalation is null;

-- Open alerts in the order of their rows of escalation.
create index alerts_open_idx on alerts (id) include (created_at) where status <> 'closed';

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

-- When an acknowledgement runs out by what its service says now; null: never.
create function acknowledgement_ends(alert alerts, service services) returns timestamptz language sql immutable as $$
    select case
        when alert.acknowledged_from is not null then alert.acknowledged_from + service.ack_timeout
        else alert.acknowledged_until
    end
$$;

-- How urgent an alert is, 0 the most: triggered before acknowledged before closed, and open ones by severity.
create function alert_urgency(status text, severity text) returns integer language sql immutable parallel safe as $$
    select case status when 'triggered' then 0 when 'acknowledged' then 4 else 8 end
        + case
            when status = 'closed' then 0
            when severity = 'critical' then 0
            when severity = 'error' then 1
            when severity = 'warning' then 2
            else 3
        end
$$;
create index alerts_urgency_idx on alerts (
    alert_urgency(status, severity), (case when status <> 'closed' then id end), id desc
);

-- Who acknowledged an alert of this status last, or took it for a while, and when; nobody when it is not acknowledged.
create function last_taken(alert_id bigint, status text) returns table (name text, at timestamptz)
language sql stable as $$
    select logs.actor ->> 'name', logs.at
    from alert_logs as logs
    where
        last_taken.status = 'acknowledged'
        and logs.alert_id = last_taken.alert_id
        and logs.event in ('acknowledged', 'snoozed')
        and logs.actor is not null
    order by logs.at desc, logs.id desc
    limit 1
$$;

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

-- An alert and its service, where it stands on its policy ('closed' when nowhere), and what can hold it. Of its details
-- the first 1,000 characters.
create view alert_records as
select
    alerts.id,
    alerts.service_id,
    services.name as service_name,
    services.team_id,
    alerts.status,
    alerts.severity,
    alerts.summary,
    left(alerts.details, 1000) as details,
    length(alerts.details) > 1000 as details_truncated,
    alerts.labels,
    alerts.dedup_key,
    alerts.count,
    alerts.created_at,
    alerts.last_seen_at,
    alerts.acknowledged_at,
    alerts.acknowledged_until,
    alerts.closed_at,
    alert_urgency(alerts.status, alerts.severity) as urgency,
    taken.name as taken_by,
    taken.at as taken_at,
    coalesce(state.state, 'closed') as state,
    state.step_number,
    state.loop_count,
    state.escalation_count,
    state.last_escalation as last_escalation_at,
    state.next_escalation as next_escalation_at,
    state.version,
    held.maintenance_expires_at,
    held.maintenance_exceptions,
    held.window_ends_at,
    held.windows
from alerts
join services on services.id = alerts.service_id
join service_maintenance as held on held.service_id = services.id
left join escalation_policy_state as state on state.alert_id = alerts.id
left join lateral last_taken(alerts.id, alerts.status) as taken on true;

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
