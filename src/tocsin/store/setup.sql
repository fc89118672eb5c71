-- name: policies
-- The oldest policies.
select id from escalation_policies order by created_at, id limit 20

-- name: services
-- The oldest services, each with its policy and how many keys let alerts in.
select
    services.id,
    services.name,
    services.team_id,
    services.escalation_policy_id as policy_id,
    policies.name as policy_name,
    (
        select count(*) from integration_keys as keys where keys.service_id = services.id and keys.revoked_at is null
    ) as keys
from services
join escalation_policies as policies on policies.id = services.escalation_policy_id
order by services.created_at, services.id
limit 20

-- name: received
-- Whether any page has ever gone out.
select exists (select from outgoing_messages where status in ('sent', 'delivered'))

-- name: targets
-- What a first policy can page besides people: the oldest schedules and rotations.
(select 'schedule' as type, id, name from schedules order by created_at, id limit 20)
union all
(select 'rotation', id, name from rotations order by created_at, id limit 20)
