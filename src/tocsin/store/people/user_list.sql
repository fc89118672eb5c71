-- name: list
-- Users by name after the user $2, those whose name or email holds $1: how they stand at the moment.
select
    users.id,
    users.name,
    users.email,
    users.role,
    reachability.is_reachable,
    exists (
        select
        from ep_step_on_call_users as on_call
        join escalation_policy_steps as steps on steps.id = on_call.ep_step_id
        join services on services.escalation_policy_id = steps.escalation_policy_id
        where on_call.user_id = users.id and on_call.end_time is null
    ) as is_on_call,
    array(
        select teams.name
        from team_members as members
        join teams on teams.id = members.team_id
        where members.user_id = users.id
        order by lower(teams.name)
    ) as teams
from users
join user_reachability as reachability on reachability.user_id = users.id
where
    ($1::text is null or strpos(folded(users.name), folded($1)) > 0 or strpos(folded(users.email), folded($1)) > 0)
    and (
        $2::uuid is null
        or (lower(users.name), users.id) > (select lower(last.name), last.id from users as last where last.id = $2)
    )
order by lower(users.name), users.id
limit $3

-- name: names
-- The users of the ids $1, by name.
select id, name from users where id = any($1) order by lower(name), id

-- name: choices
-- The first $2 users, and those of the ids $1, by name.
select id, name
from users
where id = any($1) or id in (select first.id from users as first order by lower(first.name), first.id limit $2)
order by lower(name), id

-- name: counts
-- How many users there are, and how many of them cannot be reached.
select count(*) as all, count(*) filter (where not is_reachable) as unreachable from user_reachability

-- name: teams
-- The teams of a user, by name.
select teams.id, teams.name, members.role
from team_members as members
join teams on teams.id = members.team_id
where members.user_id = $1
order by lower(teams.name)
