-- name: policies
-- Policies with their steps in order and the targets of each; all of them when $1 is null.
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
where $1::uuid[] is null or policies.id = any($1)
order by lower(policies.name)

-- name: people
-- Users with how they are reached: the rules whose contact method is enabled.
select
    users.id,
    users.name,
    (select count(*) from contact_methods as methods where methods.user_id = users.id) as methods,
    (select count(*) from contact_methods as methods where methods.user_id = users.id and methods.enabled) as enabled,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'contact_method', methods.name, 'delay_seconds', extract(epoch from rules.delay)
        ) order by rules.delay, rules.id), '[]')
        from notification_rules as rules
        join contact_methods as methods on methods.id = rules.contact_method_id
        where rules.user_id = users.id and methods.enabled
    ) as rules
from users
where users.id = any($1::uuid[])
