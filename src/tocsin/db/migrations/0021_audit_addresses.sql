-- What of an address the audit log may keep: where it leads, and nothing that could be a credential. A webhook's URL may
-- hold one in its user information, its path, its query and its fragment; an Apprise URL may be made of nothing else.
-- An address that is not what its type wants is masked whole.
create function audit_address(type text, address text) returns text language sql immutable as $$
    select case type
        when 'email' then address
        when 'webhook' then (
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
create or replace function audit_view(image jsonb) returns jsonb language sql immutable as $$
    select case
        when image ? 'address'
        then jsonb_set(image, '{address}', to_jsonb(audit_address(image ->> 'type', image ->> 'address')))
        else image
    end - array['password_hash', 'token_hash', 'secret', 'last_used_at', 'last_seen_at']
$$;

-- Entries that were written before.
update audit_log
set before = audit_view(before), after = audit_view(after)
where object_type in ('contact_methods', 'channels') and coalesce(before, after) ->> 'type' = 'webhook';
