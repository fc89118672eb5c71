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
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'id', steps.id,
                'delay_seconds', extract(epoch from steps.delay),
                'if_nobody', steps.if_nobody,
                'ack_by', steps.ack_by,
                'targets', (
                    select coalesce(jsonb_agg(step_target(targets) order by targets.position, targets.id), '[]')
                    from escalation_policy_step_targets as targets
                    where targets.escalation_policy_step_id = steps.id
                )
            ) order by steps.step_number
        ), '[]')
        from escalation_policy_steps as steps
        where steps.escalation_policy_id = policies.id
    ) as steps
from escalation_policies as policies
where policies.id = any($1::uuid[])
order by lower(policies.name)
