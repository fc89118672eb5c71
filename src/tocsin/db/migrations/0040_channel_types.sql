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

insert into channel_types (name)
select type from contact_methods
union
select type from channels;

alter table contact_methods
drop constraint contact_methods_type_check,
add constraint contact_methods_type_fkey foreign key (type) references channel_types;
alter table channels
drop constraint channels_type_check,
add constraint channels_type_fkey foreign key (type) references channel_types;

-- What of an address the audit log may keep. Its origin is where a URL leads, and nothing that could be a credential:
-- user information, path, query and fragment may hold one. An address that is no URL is hidden, as is one of a type
-- that nobody knows.
create or replace function audit_address(type text, address text) returns text language sql stable as $$
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
create or replace function audit_view(image jsonb) returns jsonb language sql stable as $$
    select case
        when image ? 'address'
        then jsonb_set(image, '{address}', to_jsonb(audit_address(image ->> 'type', image ->> 'address')))
        else image
    end - array['password_hash', 'token_hash', 'secret', 'last_used_at', 'last_seen_at']
$$;
