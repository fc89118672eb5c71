-- name: rotations
-- Rotations with the user among their participants that a step of a policy has as its target itself.
select rotations.id, rotations.name
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
order by lower(rotations.name), rotations.id
limit $2

-- name: begun
-- Since when the user is on call by each schedule now.
select schedule_id, min(start_time) as start_time
from schedule_on_call_users
where user_id = $1 and end_time is null
group by schedule_id
