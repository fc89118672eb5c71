-- name: all
select policies.id from escalation_policies as policies

-- name: definitions
-- Policies by name, with their steps in order and the targets of each.
select
    policies.id,
    policies.name,
    policies.repeat,
    policies.catch_all_policy_id,
    (
        select coalesce(jsonb_agg(steps.definition order by steps.step_number), '[]')
        from step_definitions as steps
        where steps.escalation_policy_id = policies.id
    ) as steps
from escalation_policies as policies
where policies.id = any($1::uuid[])
order by lower(policies.name)
