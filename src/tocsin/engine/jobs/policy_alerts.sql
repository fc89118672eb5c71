-- name: wake
-- By the services that use the policy now, for an alert may not have moved over from their former one yet; and those that
-- stand on it, for it may be the catch-all of theirs.
select count(engine_enqueue('alert', waiting.alert_id::text, now())::text)
from (
    select open.id as alert_id
    from services
    join alerts as open on open.service_id = services.id and open.status <> 'closed'
    where services.escalation_policy_id = $1
    union
    select state.alert_id from escalation_policy_state as state where state.escalation_policy_id = $1
    order by alert_id
) as waiting
