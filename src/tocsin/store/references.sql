-- name: unknown
select reference.field, reference.kind, reference.id
from unnest($1::text[], $2::text[], $3::uuid[]) with ordinality as reference (field, kind, id, position)
where not case reference.kind
    when 'user' then exists (select from users where users.id = reference.id)
    when 'team' then exists (select from teams where teams.id = reference.id)
    when 'channel' then exists (select from channels where channels.id = reference.id)
    when 'rotation' then exists (select from rotations where rotations.id = reference.id)
    when 'schedule' then exists (select from schedules where schedules.id = reference.id)
    when 'escalation policy' then exists (
        select from escalation_policies where escalation_policies.id = reference.id
    )
end
order by reference.position

-- name: is_future
select $1::timestamptz > now()

-- name: policies_using
-- The escalation policies with a step that has this channel or schedule as a target.
select 'escalation policy' as kind, policies.id, policies.name
from escalation_policies as policies
where policies.id in (
    select steps.escalation_policy_id
    from escalation_policy_step_targets as targets
    join escalation_policy_steps as steps on steps.id = targets.escalation_policy_step_id
    where $1::uuid in (targets.channel_id, targets.schedule_id)
)
order by lower(policies.name)
limit 100
