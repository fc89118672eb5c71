-- Policies, services, alerts, and the rows that the engine moves.
--
-- Every row that can change by itself carries the moment of that change in a column (next_escalation, next_tick,
-- next_attempt, maintenance_expires_at), and a row trigger keeps a job waiting for it. So whoever writes the row,
-- by whatever path, has also scheduled what follows, in the same transaction.

create table channels (
    id uuid primary key default gen_random_uuid(),
    team_id uuid references teams,
    name text not null,
    type text not null check (type in ('email', 'webhook', 'apprise')),
    address text not null,
    secret text,
    created_at timestamptz not null default now()
);
create unique index channels_name_key on channels (lower(name));

create table escalation_policies (
    id uuid primary key default gen_random_uuid(),
    team_id uuid references teams,
    name text not null,
    description text not null default '',
    repeat integer check (repeat >= 0),
    catch_all_policy_id uuid constraint escalation_policies_catch_all_policy_id_fkey references escalation_policies
    check (catch_all_policy_id <> id),
    created_at timestamptz not null default now()
);
create index escalation_policies_catch_all_policy_id_idx on escalation_policies (catch_all_policy_id)
where catch_all_policy_id is not null;
create unique index escalation_policies_name_key on escalation_policies (lower(name));
comment on column escalation_policies.repeat is 'rounds after the first; null repeats for ever';
comment on column escalation_policies.catch_all_policy_id is 'takes over an alert when this policy is exhausted';

create table escalation_policy_steps (
    id uuid primary key default gen_random_uuid(),
    escalation_policy_id uuid not null references escalation_policies on delete cascade,
    step_number integer not null check (step_number >= 0),
    delay interval not null check (delay > interval '0'),
    if_nobody text not null default 'skip' check (if_nobody in ('skip', 'wait')),
    ack_by text not null default 'anyone' check (ack_by in ('anyone', 'everyone')),
    constraint escalation_policy_steps_number_key unique (escalation_policy_id, step_number)
    deferrable initially deferred
);

create table escalation_policy_step_targets (
    id uuid primary key default gen_random_uuid(),
    escalation_policy_step_id uuid not null references escalation_policy_steps on delete cascade,
    position integer not null default 0,
    user_id uuid references users,
    channel_id uuid references channels,
    check (num_nonnulls(user_id, channel_id) = 1),
    unique (escalation_policy_step_id, user_id),
    unique (escalation_policy_step_id, channel_id)
);
create index escalation_policy_step_targets_user_id_idx on escalation_policy_step_targets (user_id);
create index escalation_policy_step_targets_channel_id_idx on escalation_policy_step_targets (channel_id);

create table services (
    id uuid primary key default gen_random_uuid(),
    team_id uuid references teams,
    name text not null,
    description text not null default '',
    escalation_policy_id uuid not null
    constraint services_escalation_policy_id_fkey references escalation_policies,
    maintenance_expires_at timestamptz,
    maintenance_exceptions text[] not null default '{}',
    ack_timeout interval check (ack_timeout > interval '0'),
    created_at timestamptz not null default now()
);
comment on column services.maintenance_exceptions is 'patterns of dedup keys and summaries that maintenance lets pass';
comment on column services.ack_timeout is 'how long an acknowledgement holds; null for good';
create unique index services_name_key on services (lower(name));
create index services_escalation_policy_id_idx on services (escalation_policy_id);
create index services_maintenance_idx on services (maintenance_expires_at) where maintenance_expires_at is not null;

-- Planned maintenance: once, or every week at the same wall-clock time of a zone.
create table maintenance_windows (
    id uuid primary key default gen_random_uuid(),
    service_id uuid not null references services on delete cascade,
    start_at timestamptz not null,
    end_at timestamptz not null,
    weekly boolean not null default false,
    time_zone text not null default 'UTC',
    created_at timestamptz not null default now(),
    check (end_at > start_at)
);
create index maintenance_windows_service_id_idx on maintenance_windows (service_id);

-- The windows of a service that can still run.
create function maintenance_windows_of(service uuid) returns jsonb language plpgsql stable as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'start_at', windows.start_at,
            'end_at', windows.end_at,
            'weekly', windows.weekly,
            'time_zone', windows.time_zone
        )), '[]')
        from maintenance_windows as windows
        where windows.service_id = service and (windows.weekly or windows.end_at > now())
    );
end $$;

-- What the engine knows of a service's windows: the end of the one that runs, and when that can change next.
create table service_state (
    service_id uuid primary key references services on delete cascade,
    window_ends_at timestamptz,
    next_change timestamptz,
    version bigint not null default 0
);
create index service_state_next_change_idx on service_state (next_change) where next_change is not null;

create table integration_keys (
    id uuid primary key default gen_random_uuid(),
    service_id uuid not null references services on delete cascade,
    name text not null,
    type text not null check (type in ('generic')),
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz
);
create unique index integration_keys_token_hash_key on integration_keys (token_hash);
create index integration_keys_service_id_idx on integration_keys (service_id);

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
    acknowledged_until timestamptz,
    closed_at timestamptz
);
comment on column alerts.acknowledged_until is 'when the acknowledgement runs out; null never';
create unique index alerts_open_dedup_key on alerts (service_id, dedup_key) where status <> 'closed';
create index alerts_status_idx on alerts (status, id);
create index alerts_service_id_idx on alerts (service_id, id);
create index alerts_labels_idx on alerts using gin (labels jsonb_path_ops);

-- One row per open alert: where it stands on its policy, or on the catch-all of that. version counts its moves; a writer
-- that decided on an older version writes nothing. escalation_policy_id is the policy that it last moved on, which is its
-- service's unless the service has changed policies since; a policy that only former alerts stood on can be deleted.
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

-- Until when a maintenance that ends then holds an alert; null when it is over, or nothing would move anyway.
create function held_until(state escalation_policy_state, ends_at timestamptz) returns timestamptz
language sql stable as $$
    select case
        when state.state in ('new', 'escalating', 'nobody', 'maintenance') and ends_at > now() then ends_at
    end
$$;

create index escalation_policy_state_next_escalation_idx on escalation_policy_state (next_escalation)
where next_escalation is not null;
create index escalation_policy_state_nobody_idx on escalation_policy_state (escalation_policy_id)
where state = 'nobody';
create index escalation_policy_state_service_id_idx on escalation_policy_state (service_id);
create index escalation_policy_state_policy_id_idx on escalation_policy_state (escalation_policy_id);
create index escalation_policy_state_step_id_idx on escalation_policy_state (escalation_policy_step_id);

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
    provider_reference text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    sent_at timestamptz,
    constraint outgoing_messages_idempotency_key unique (idempotency_key)
);
create index outgoing_messages_alert_id_idx on outgoing_messages (alert_id);
create index outgoing_messages_cycle_id_idx on outgoing_messages (cycle_id);
create index outgoing_messages_user_id_idx on outgoing_messages (user_id);
create index outgoing_messages_contact_method_id_idx on outgoing_messages (contact_method_id);
create index outgoing_messages_channel_id_idx on outgoing_messages (channel_id);
create index outgoing_messages_waiting_idx on outgoing_messages (next_attempt) where status = 'pending';
create index outgoing_messages_sending_idx on outgoing_messages (claimed_until) where status = 'sending';

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

-- Somebody has the alert, or it is closed: ends its cycles and cancels the pages that wait. Cycles on which everyone must
-- acknowledge outlive an acknowledgement.
create function stop_paging(alert bigint, why text) returns void language plpgsql as $$
begin
    update notification_policy_cycles as cycles
    set ended_at = now(), end_reason = why, next_tick = null
    where
        cycles.alert_id = alert
        and cycles.ended_at is null
        and (why = 'closed' or cycles.repeat_every is null);

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

create trigger audit after insert or update or delete on channels for each row execute function audit_write();
create trigger audit after insert or update or delete on escalation_policies
for each row execute function audit_write();
create trigger audit after insert or update or delete on escalation_policy_steps
for each row execute function audit_write();
create trigger audit after insert or update or delete on escalation_policy_step_targets
for each row execute function audit_write();
create trigger audit after insert or update or delete on services for each row execute function audit_write();
create trigger audit after insert or update or delete on maintenance_windows
for each row execute function audit_write();
create trigger audit after insert or delete or update of name, type, service_id, revoked_at on integration_keys
for each row execute function audit_write();
