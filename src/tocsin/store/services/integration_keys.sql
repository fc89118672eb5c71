-- name: allow_types
insert into integration_key_types (name) select unnest($1::text[])
on conflict do nothing

-- name: insert
insert into integration_keys (service_id, name, type, token_hash)
values ($1, $2, $3, $4)
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

-- name: rename
update integration_key_records set name = $3 where id = $2 and service_id = $1
returning *

-- name: revoke
update integration_keys set revoked_at = now() where id = $2 and service_id = $1 and revoked_at is null
returning id

-- name: find
-- Which key a secret is, and whether its last use should be noted again.
select
    id,
    service_id,
    name,
    type,
    coalesce(last_used_at < now() - interval '1 minute', true) as is_use_due
from integration_keys
where token_hash = $1 and revoked_at is null

-- name: note_use
update integration_keys
set last_used_at = now()
where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')
