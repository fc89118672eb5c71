-- name: wake
-- By the services that use the policy now: an alert may not have moved over from their former one yet.
select count(engine_enqueue('alert', waiting.alert_id::text, now())::text)
from (
    select state.alert_id
    from services
    join escalation_policy_state as state on state.service_id = services.id
    where services.escalation_policy_id = $1
    order by state.alert_id
) as waiting
