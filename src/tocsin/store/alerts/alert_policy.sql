-- name: of_alert
-- The policy that an alert climbs, which is its service's or, once that is used up, the catch-all; with the names of
-- what its steps notify.
select
    policies.id as policy_id,
    policies.name as policy_name,
    policies.repeat,
    policies.id <> services.escalation_policy_id as is_catch_all,
    catch_all.name as catch_all_name
from alerts
join services on services.id = alerts.service_id
join escalation_policies as own on own.id = services.escalation_policy_id
left join escalation_policy_state as state on state.alert_id = alerts.id
join escalation_policies as policies on policies.id = policy_to_climb(state.*, own.*)
left join escalation_policies as catch_all
    on catch_all.id = policies.catch_all_policy_id and policies.id = services.escalation_policy_id
where alerts.id = $1

-- name: pages
-- The pages of an alert as they are now, the latest first.
select
    messages.id,
    messages.target_name,
    users.id as user_id,
    messages.destination_type,
    coalesce(methods.name, '') as destination_name,
    messages.step_number,
    messages.status,
    messages.reason,
    messages.attempts,
    messages.created_at,
    messages.updated_at,
    messages.next_attempt
from outgoing_messages as messages
left join users on users.id = messages.user_id
left join contact_methods as methods on methods.id = messages.contact_method_id
where messages.alert_id = $1
order by messages.created_at desc, messages.id
limit $2
