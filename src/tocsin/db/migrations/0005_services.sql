-- Services, their maintenance, and the keys with which monitoring reaches them.

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

-- The types of integration keys, one for each format of messages. A web process adds those of its formats when it starts.
create table integration_key_types (name text primary key);

insert into integration_key_types (name) values ('generic');

create table integration_keys (
    id uuid primary key default gen_random_uuid(),
    service_id uuid not null references services on delete cascade,
    name text not null,
    type text not null constraint integration_keys_type_fkey references integration_key_types,
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz
);
create unique index integration_keys_token_hash_key on integration_keys (token_hash);
create index integration_keys_service_id_idx on integration_keys (service_id);

create trigger audit after insert or update or delete on services for each row execute function audit_write();

create trigger audit after insert or update or delete on maintenance_windows
for each row execute function audit_write();

create trigger audit after insert or delete or update of name, type, service_id, revoked_at on integration_keys
for each row execute function audit_write();

-- A service: its policy and its maintenance decide for its open alerts. The job itself waits on for the expiry.
create trigger wakeup after update of escalation_policy_id, maintenance_expires_at on services
for each row when (
    old.escalation_policy_id is distinct from new.escalation_policy_id
    or old.maintenance_expires_at is distinct from new.maintenance_expires_at
)
execute function engine_wake('service', 'id');

create trigger wakeup_on_insert after insert on services
for each row when (new.maintenance_expires_at is not null) execute function engine_wake('service', 'id');

create trigger wakeup_on_exceptions after update of maintenance_exceptions on services
for each row when (old.maintenance_exceptions is distinct from new.maintenance_exceptions)
execute function engine_wake('service', 'id');

create trigger wakeup after insert or update or delete on maintenance_windows
for each row execute function engine_wake('service', 'service_id');

create function service_state_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('service', new.service_id::text, new.next_change);
    return null;
end $$;

create trigger wakeup after insert or update of next_change on service_state
for each row when (new.next_change is not null) execute function service_state_wakeup();

-- Services that somebody keeps an eye on.
create table favourite_services (
    user_id uuid not null references users on delete cascade,
    service_id uuid not null references services on delete cascade,
    created_at timestamptz not null default now(),
    primary key (user_id, service_id)
);
create index favourite_services_service_id_idx on favourite_services (service_id);

-- What says whether a maintenance holds a service's alerts: a maintenance by hand and the planned windows that can still
-- run. Python reads the windows (weekly ones go by the clocks of their zone). window_ends_at is what the engine found
-- in them last, which counts for who cannot read them; stored_until is that or the maintenance by hand, as of then.
create view service_maintenance as
select
    services.id as service_id,
    services.maintenance_expires_at,
    services.maintenance_exceptions,
    state.window_ends_at,
    greatest(services.maintenance_expires_at, state.window_ends_at) as stored_until,
    case
        when exists (select from maintenance_windows as windows where windows.service_id = services.id)
            then maintenance_windows_of(services.id)
        else '[]'
    end as windows
from services
left join service_state as state on state.service_id = services.id;

-- Each open alert looks up by its own job, which the service's job wakes.
create trigger wakeup_on_ack_timeout after update of ack_timeout on services
for each row when (old.ack_timeout is distinct from new.ack_timeout)
execute function engine_wake('service', 'id');

create view service_records as
select
    services.id,
    services.team_id,
    services.name,
    services.description,
    services.escalation_policy_id,
    services.maintenance_expires_at,
    services.maintenance_exceptions,
    services.ack_timeout,
    services.created_at
from services;

-- An integration key that has not been revoked.
create view integration_key_records as
select
    keys.id,
    keys.service_id,
    keys.name,
    keys.type,
    keys.created_at,
    keys.last_used_at
from integration_keys as keys
where keys.revoked_at is null;

create view maintenance_window_records as
select
    windows.id,
    windows.service_id,
    windows.start_at,
    windows.end_at,
    windows.weekly,
    windows.time_zone,
    windows.created_at
from maintenance_windows as windows;
