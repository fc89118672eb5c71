-- name: authenticate
select
    sessions.id,
    sessions.last_seen_at < now() - interval '1 minute' as is_use_due,
    users.id as user_id,
    users.name,
    users.role,
    coalesce(
        (select jsonb_object_agg(team_id, team_members.role) from team_members where user_id = users.id), '{}'
    ) as teams
from sessions
inner join users on users.id = sessions.user_id
where sessions.token_hash = $1 and sessions.expires_at > now()

-- name: known
-- The session of the user $1 whose token is $2, and whether they are signed in from the address $3.
select
    (
        select sessions.id from sessions
        where sessions.user_id = $1::uuid and sessions.token_hash = $2 and sessions.expires_at > now()
    ) as session_id,
    exists (
        select from sessions where sessions.user_id = $1 and sessions.ip = $3 and sessions.expires_at > now()
    ) as is_at_home

-- name: note_use
update sessions set last_seen_at = now() where id = $1 and last_seen_at < now() - interval '1 minute'

-- name: insert
insert into sessions (user_id, token_hash, user_agent, ip, expires_at)
values ($1, $2, $3, $4, now() + $5::interval)

-- name: delete
delete from sessions where token_hash = $1

-- name: delete_of_user
delete from sessions where user_id = $1 and token_hash is distinct from $2

-- name: delete_expired
delete from sessions where user_id = $1 and expires_at <= now()

-- name: list
-- The sessions of a user that still work, and which of them has the token $2.
select id, user_agent, ip, created_at, last_seen_at, token_hash is not distinct from $2 as is_this
from sessions
where user_id = $1 and expires_at > now()
order by last_seen_at desc, id
limit 100

-- name: delete_one
delete from sessions where user_id = $1 and id = $2
