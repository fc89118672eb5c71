-- name: allow_types
insert into integration_key_types (name) select unnest($1::text[])
on conflict do nothing

-- name: insert
insert into integration_keys (service_id, name, type, token_hash, options)
values ($1, $2, $3, $4, $5)
returning id

-- name: get
select * from integration_key_records where id = $2 and service_id = $1

-- name: list
select * from integration_key_records
where
    service_id = $1
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: change
update integration_key_records set name = $3, options = $4 where id = $2 and service_id = $1
returning *

-- name: options_of
-- The options of a key, which may have been revoked.
select options from integration_keys where id = $1

-- name: revoke
update integration_keys set revoked_at = now() where id = $2 and service_id = $1 and revoked_at is null
returning id

-- name: authenticate
-- Which key a secret is ($1 its hash), and whether it is of the type that the path asks for ($2). Its use is noted at
-- most once a minute, by nobody who would have to wait for it. What was sent with it is kept ($3 to $6), or has been
-- kept already ($7): in quarantine when $8 says why it could not be mapped, unless the key has $9 payloads or $10 bytes
-- there.
with source as (
    select
        keys.id,
        keys.service_id,
        keys.name,
        keys.options,
        keys.routing_version,
        keys.type = $2 as is_allowed,
        coalesce(keys.last_used_at < now() - interval '1 minute', true) as is_use_due
    from integration_keys as keys
    where keys.token_hash = $1 and keys.revoked_at is null
),
used as (
    select note_key_use(source.id) from source where source.is_use_due and source.is_allowed
),
received as (
    insert into received_payloads (integration_key_id, path, query, content_type, body, outcome, reason)
    select source.id, $3, $4, $5, $6, case when $8::text is null then 'accepted' else 'quarantined' end, $8
    from source
    where
        source.is_allowed
        and $6::bytea is not null
        and (
            $8 is null
            or (
                select count(*) < $9 and coalesce(sum(octet_length(waiting.body)), 0) < $10
                from received_payloads as waiting
                where waiting.integration_key_id = source.id and waiting.outcome = 'quarantined'
            )
        )
    returning id
)
select
    source.id,
    source.service_id,
    source.name,
    source.options,
    source.routing_version,
    source.is_allowed,
    coalesce((select received.id from received), $7) as payload_id
from source
left join used on true
