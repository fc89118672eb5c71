-- name: authenticate
-- Who a token stands for, and whether its last use should be noted again.
select
    api_tokens.id,
    case when users.id is null then api_tokens.name else users.name || ' (' || api_tokens.name || ')' end as name,
    api_tokens.user_id,
    case when users.role = 'user' then 'user' else api_tokens.role end as role,
    api_tokens.scope,
    api_tokens.expires_at,
    coalesce(api_tokens.last_used_at < now() - interval '1 minute', true) as is_use_due,
    coalesce(
        (select jsonb_object_agg(team_id, team_members.role) from team_members where user_id = users.id), '{}'
    ) as teams
from api_tokens
left join users on users.id = api_tokens.user_id
where
    api_tokens.token_hash = $1
    and api_tokens.revoked_at is null
    and (api_tokens.expires_at is null or api_tokens.expires_at > now())

-- name: note_use
update api_tokens
set last_used_at = now()
where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')

-- name: insert
insert into api_tokens (name, user_id, role, scope, expires_at, token_hash, parent_id)
values ($1, $2, $3, $4, $5, $6, $7)
returning id

-- name: list
-- Tokens that still work, of one user or of everybody.
select * from token_records
where
    ($1::uuid is null or user_id = $1)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: get
select * from token_records where id = $1

-- name: revoke
with recursive family as (
    select $1::uuid as id
    union
    select api_tokens.id from api_tokens inner join family on api_tokens.parent_id = family.id
)
update api_tokens set revoked_at = now() where id in (select id from family) and revoked_at is null

-- name: lock
-- Waits for whoever makes a token with this one, so that the new one is seen and ends too.
select id from api_tokens where id = $1 for update

-- name: hold_parent
-- Whether the token still works; it cannot be revoked before the transaction ends.
select true from api_tokens where id = $1 and revoked_at is null for share
