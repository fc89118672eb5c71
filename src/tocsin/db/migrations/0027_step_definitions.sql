-- The steps of policies as they are defined, each as JSON with its targets in their order: for all that reads policies.
create view step_definitions as
select
    steps.id as step_id,
    steps.escalation_policy_id,
    steps.step_number,
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
    ) as definition
from escalation_policy_steps as steps;
