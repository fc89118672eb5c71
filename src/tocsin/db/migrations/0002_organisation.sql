-- People, how they are reached, who may act, and the record of what was changed.

create table users (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    email text not null,
    role text not null default 'user' check (role in ('admin', 'user')),
    password_hash text,
    created_at timestamptz not null default now()
);
create unique index users_email_key on users (lower(email));

create table teams (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    created_at timestamptz not null default now()
);
create unique index teams_name_key on teams (lower(name));

create table team_members (
    team_id uuid not null references teams on delete cascade,
    user_id uuid not null references users on delete cascade,
    role text not null default 'member' check (role in ('manager', 'member')),
    primary key (team_id, user_id)
);
create index team_members_user_id_idx on team_members (user_id);

-- Tokens are stored as SHA-256: they are random, so a slow hash would add nothing.
create table api_tokens (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    user_id uuid references users on delete cascade,
    role text not null default 'user' check (role in ('admin', 'user')),
    scope text not null default 'write' check (scope in ('read', 'write', 'admin')),
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz
);
create unique index api_tokens_token_hash_key on api_tokens (token_hash);
create index api_tokens_user_id_idx on api_tokens (user_id);

create table sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    token_hash bytea not null,
    user_agent text not null default '',
    ip text not null default '',
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create unique index sessions_token_hash_key on sessions (token_hash);
create index sessions_user_id_idx on sessions (user_id);

create table contact_methods (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    name text not null,
    type text not null check (type in ('email', 'webhook', 'apprise')),
    address text not null,
    enabled boolean not null default true,
    secret text,
    created_at timestamptz not null default now(),
    constraint contact_methods_address_key unique (user_id, type, address)
);

create table notification_rules (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    contact_method_id uuid not null references contact_methods on delete cascade,
    delay interval not null check (delay >= interval '0'),
    created_at timestamptz not null default now(),
    constraint notification_rules_delay_key unique (contact_method_id, delay)
);
create index notification_rules_user_id_idx on notification_rules (user_id);

-- A key that signs action links, sessions and the like; made once for this installation.
create table installation (
    id boolean primary key default true check (id),
    signing_key bytea not null default (
        uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    ),
    created_at timestamptz not null default now()
);
insert into installation default values;

create table audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    change_id xid8 not null default pg_current_xact_id(),
    actor jsonb not null,
    action text not null check (action in ('create', 'update', 'delete')),
    object_type text not null,
    object_id text not null,
    before jsonb,
    after jsonb
);
create index audit_log_object_idx on audit_log (object_type, object_id, id);

-- A row as the audit log may keep it: no hash, no secret, no address that carries credentials.
create function audit_view(image jsonb) returns jsonb language sql immutable as $$
    select case
        when image ->> 'type' = 'apprise' then jsonb_set(image, '{address}', '"***"')
        else image
    end - array['password_hash', 'token_hash', 'secret', 'last_used_at', 'last_seen_at']
$$;

-- Written by the database so that no code path can forget it. The writer names itself in tocsin.actor for the
-- transaction; whoever works by SQL is recorded as the database role.
create function audit_write() returns trigger language plpgsql as $$
declare
    old_view jsonb := case when tg_op <> 'INSERT' then audit_view(to_jsonb(old)) end;
    new_view jsonb := case when tg_op <> 'DELETE' then audit_view(to_jsonb(new)) end;
    image jsonb := coalesce(new_view, old_view);
begin
    if tg_op = 'UPDATE' and old is not distinct from new then
        return null;
    end if;
    insert into audit_log (actor, action, object_type, object_id, before, after)
    values (
        coalesce(
            nullif(current_setting('tocsin.actor', true), '')::jsonb,
            jsonb_build_object('type', 'sql', 'name', session_user)
        ),
        case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
        tg_table_name,
        coalesce(image ->> 'id', concat_ws(':', image ->> 'team_id', image ->> 'user_id')),
        old_view,
        new_view
    );
    return null;
end $$;

create trigger audit after insert or update or delete on users for each row execute function audit_write();
create trigger audit after insert or update or delete on teams for each row execute function audit_write();
create trigger audit after insert or update or delete on team_members for each row execute function audit_write();
create trigger audit after insert or update or delete on contact_methods
for each row execute function audit_write();
create trigger audit after insert or update or delete on notification_rules
for each row execute function audit_write();
create trigger audit after insert or delete or update of name, role, scope, expires_at, revoked_at on api_tokens
for each row execute function audit_write();
