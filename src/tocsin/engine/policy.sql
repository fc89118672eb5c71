-- name: wake
select count(engine_enqueue('alert', waiting.alert_id::text, now())::text)
from (
    select state.alert_id
    from escalation_policy_state as state
    where state.escalation_policy_id = $1
    order by state.alert_id
) as waiting
