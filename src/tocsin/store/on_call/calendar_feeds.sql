-- name: get
select created_at, last_used_at from calendar_feeds where id = $1

-- name: put
insert into calendar_feeds (user_id, schedule_id, team_id, token_hash)
values (
    case when $1 = 'user' then $2::uuid end,
    case when $1 = 'schedule' then $2::uuid end,
    case when $1 = 'team' then $2::uuid end,
    $3
)
on conflict (id) do update
set token_hash = excluded.token_hash, created_at = now(), last_used_at = null
returning created_at, last_used_at

-- name: delete
delete from calendar_feeds where id = $1 returning id

-- name: owner_of
select
    case when users.id is not null then 'user' when schedules.id is not null then 'schedule' else 'team' end as kind,
    feeds.id,
    coalesce(users.name, schedules.name, teams.name) as name,
    coalesce(feeds.last_used_at < now() - interval '1 minute', true) as is_use_due
from calendar_feeds as feeds
left join users on users.id = feeds.user_id
left join schedules on schedules.id = feeds.schedule_id
left join teams on teams.id = feeds.team_id
where feeds.token_hash = $1

-- name: note_use
update calendar_feeds set last_used_at = now() where id = $1
