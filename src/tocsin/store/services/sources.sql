-- Which key a secret is, and whether its last use should be noted again.
-- name: find
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
