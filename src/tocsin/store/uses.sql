-- The escalation policies with a step that has this channel or schedule as a target.
-- name: policies
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
