-- name: schedules
-- Schedules by name; all of them when $1 is null.
select schedules.id, schedules.name
from schedules
where $1::uuid[] is null or schedules.id = any($1)
order by lower(schedules.name)

-- name: services_without_steps
-- Services whose policy has no step; of the policies named, or of all when $1 is null.
select services.id, services.name, policies.name as policy_name
from services
join escalation_policies as policies on policies.id = services.escalation_policy_id
where
    ($1::uuid[] is null or policies.id = any($1))
    and not exists (
        select from escalation_policy_steps as steps where steps.escalation_policy_id = policies.id
    )
order by lower(services.name)
