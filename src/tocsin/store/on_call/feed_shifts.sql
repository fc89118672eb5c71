-- name: of_user
-- Schedules that can put the user on call, and rotations with them among the participants that a step of a policy has as
-- its target itself.
select 'schedule' as kind, schedules.id, schedules.name
from schedules
where schedules.id in (select users.schedule_id from schedule_users as users where users.user_id = $1)
union all
select 'rotation', rotations.id, rotations.name
from rotations
where
    exists (
        select
        from rotation_participants as participants
        where participants.rotation_id = rotations.id and participants.user_id = $1
    )
    and exists (
        select from escalation_policy_step_targets as targets where targets.rotation_id = rotations.id
    )

-- name: of_schedule
select 'schedule' as kind, schedules.id, schedules.name from schedules where schedules.id = $1

-- name: of_team
-- The team's schedules, and those of its rotations that none of its schedules has, whose shifts would be there twice.
select 'schedule' as kind, schedules.id, schedules.name from schedules where schedules.team_id = $1
union all
select 'rotation', rotations.id, rotations.name
from rotations
where
    rotations.team_id = $1
    and not exists (
        select
        from schedule_rules as rules
        join schedules on schedules.id = rules.schedule_id
        where rules.rotation_id = rotations.id and schedules.team_id = $1
    )

-- name: begun
-- Since when the users are on call who are so now.
select schedule_id, user_id, start_time
from schedule_on_call_users
where schedule_id = any($1::uuid[]) and end_time is null
