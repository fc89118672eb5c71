-- name: get
select created_at, last_used_at from calendar_feeds where user_id = $1

-- name: put
insert into calendar_feeds (user_id, token_hash)
values ($1, $2)
on conflict (user_id) do update
set token_hash = excluded.token_hash, created_at = now(), last_used_at = null
returning created_at, last_used_at

-- name: delete
delete from calendar_feeds where user_id = $1 returning user_id

-- name: user_of
select
    users.id,
    users.name,
    coalesce(feeds.last_used_at < now() - interval '1 minute', true) as is_use_due
from calendar_feeds as feeds
join users on users.id = feeds.user_id
where feeds.token_hash = $1

-- name: note_use
update calendar_feeds set last_used_at = now() where user_id = $1
