-- People, how they and their channels are reached, who may act, and the record of what was changed.

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
    parent_id uuid references api_tokens (id) on delete cascade,
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

-- The types of contact methods and channels, as the database needs to know them. They are written from the registry of
-- tocsin.channels whenever the schema is brought up to date; a type that is registered no more stays for its rows.
create table channel_types (
    name text primary key,
    audit_address text not null default 'hidden' check (audit_address in ('whole', 'origin', 'hidden')),
    is_signed boolean not null default false,
    by_mail boolean not null default false
);
comment on column channel_types.audit_address is 'what the audit log keeps of an address';
comment on column channel_types.is_signed is 'whether each address has a secret, which signs what is sent there';
comment on column channel_types.by_mail is 'whether it reaches nobody without a mail server';

create table contact_methods (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    name text not null,
    type text not null constraint contact_methods_type_fkey references channel_types,
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

-- What of an address the audit log may keep. Its origin is where a URL leads, and nothing that could be a credential:
-- user information, path, query and fragment may hold one. An address that is no URL is hidden, as is one of a type
-- that nobody knows.
create function audit_address(type text, address text) returns text language sql stable as $$
    select case (select channel_types.audit_address from channel_types where channel_types.name = type)
        when 'whole' then address
        when 'origin' then (
            select coalesce(
                max(
                    lower(url[1])
                    || case when url[2] is not null then '***@' else '' end
                    || url[3]
                    || case when url[4] in ('', '/') then url[4] else '/***' end
                ),
                '***'
            )
            from regexp_matches(
                address,
                '^\s*(https?://)([^/?#]*@)?((?:[^\s/?#@:\[\]\\]+|\[[0-9a-f:.]+\])(?::[0-9]+)?)((?:[/?#].*)?)$',
                'i'
            ) as url
        )
        else '***'
    end
$$;

-- A row as the audit log may keep it: no hash, no secret, no address that carries credentials.
create function audit_view(image jsonb) returns jsonb language sql stable as $$
    select case
        when image ? 'address'
        then jsonb_set(image, '{address}', to_jsonb(audit_address(image ->> 'type', image ->> 'address')))
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

create table channels (
    id uuid primary key default gen_random_uuid(),
    team_id uuid references teams,
    name text not null,
    type text not null constraint channels_type_fkey references channel_types,
    address text not null,
    secret text,
    created_at timestamptz not null default now()
);
create unique index channels_name_key on channels (lower(name));

create trigger audit after insert or update or delete on channels for each row execute function audit_write();

-- A token that was made with another one ends with it.
create index api_tokens_parent on api_tokens (parent_id) where parent_id is not null;

-- A text as searches compare it: without accents and case, so that zurich finds Zürich and strasse finds Straße. What a
-- plain text asks for is done by lower() alone. It needs no extension (unaccent may not be installed) and no locale:
-- the capitals of Greek and Cyrillic are named, since lower() leaves them alone where the database has the locale C.
create function folded(value text) returns text language sql immutable parallel safe as $$
    select case
        when octet_length(value) = length(value) then lower(value)
        else translate(
            replace(replace(replace(replace(lower(translate(
                regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'),
                'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯẞÆŒÞ',
                'αβγδεζηθικλμνξοπρστυφχψωђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюяßæœþ'
            )), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            'ØĐŁÐĦŦŊıøđłðħŧŋς',
            'odldhtŋiodldhtŋσ'
        )
    end
$$;

-- Notification rules that page: their contact method is enabled.
create view active_notification_rules as
select
    rules.id,
    rules.user_id,
    rules.contact_method_id,
    rules.delay,
    rules.created_at,
    methods.name as contact_method_name,
    methods.type as contact_method_type,
    types.by_mail
from notification_rules as rules
join contact_methods as methods on methods.id = rules.contact_method_id
join channel_types as types on types.name = methods.type
where methods.enabled;

-- Whether anything can page a user. That mail needs a mail server the database does not know.
create view user_reachability as
select
    users.id as user_id,
    exists (select from active_notification_rules as rules where rules.user_id = users.id) as is_reachable
from users;

-- A team with its members in a fixed order.
create view team_records as
select
    teams.id,
    teams.name,
    teams.created_at,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'user_id', members.user_id, 'role', members.role
        ) order by members.user_id), '[]')
        from team_members as members
        where members.team_id = teams.id
    ) as members
from teams;

-- A user, without anything secret.
create view user_records as
select
    users.id,
    users.name,
    users.email,
    users.role,
    users.created_at
from users;

-- A contact method, without its signing secret.
create view contact_method_records as
select
    methods.id,
    methods.user_id,
    methods.name,
    methods.type,
    methods.address,
    methods.enabled,
    methods.created_at
from contact_methods as methods;

create view notification_rule_records as
select
    rules.id,
    rules.user_id,
    rules.contact_method_id,
    rules.delay,
    rules.created_at
from notification_rules as rules;

-- A token that has not been revoked.
create view token_records as
select
    tokens.id,
    tokens.name,
    tokens.user_id,
    tokens.role,
    tokens.scope,
    tokens.created_at,
    tokens.last_used_at,
    tokens.expires_at
from api_tokens as tokens
where tokens.revoked_at is null;

-- A channel, without its signing secret.
create view channel_records as
select
    channels.id,
    channels.team_id,
    channels.name,
    channels.type,
    channels.address,
    channels.created_at
from channels;
