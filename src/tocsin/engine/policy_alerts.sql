-- name: wake
-- By the services that use the policy now, for an alert may not have moved over from their former one yet; and those that
-- stand on it, for it may be the catch-all of theirs.
select count(engine_enqueue('alert', waiting.alert_id::text, now())::text)
from (
    select state.alert_id
    from (
        select standing.alert_id
        from services
        join escalation_policy_state as standing on standing.service_id = services.id
        where services.escalation_policy_id = $1
        union
        select caught.alert_id from escalation_policy_state as caught where caught.escalation_policy_id = $1
    ) as state
    order by state.alert_id
) as waiting
