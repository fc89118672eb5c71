-- name: insert
insert into teams (name) values ($1) returning id

-- name: get
select * from team_records where id = $1

-- name: lock
select id from teams where id = $1 for update

-- name: list
select * from team_records
where
    ($1::text is null or strpos(folded(name), folded($1)) > 0)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: rename
update teams set name = $2 where id = $1

-- name: remove_other_members
delete from team_members where team_id = $1 and user_id <> all($2::uuid[])

-- name: put_members
insert into team_members (team_id, user_id, role)
select $1, member.user_id, member.role
from unnest($2::uuid[], $3::text[]) as member (user_id, role)
on conflict (team_id, user_id) do update set role = excluded.role
where team_members.role <> excluded.role

-- name: uses
-- Whatever carries the team: its kind, id and name.
select uses.kind, uses.id, uses.name
from (
    select 'channel' as kind, id, name from channels where team_id = $1
    union all
    select 'escalation policy', id, name from escalation_policies where team_id = $1
    union all
    select 'rotation', id, name from rotations where team_id = $1
    union all
    select 'schedule', id, name from schedules where team_id = $1
    union all
    select 'service', id, name from services where team_id = $1
) as uses
order by uses.kind, lower(uses.name), uses.id
limit 100

-- name: delete
delete from teams where id = $1
