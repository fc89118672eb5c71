-- name: last
-- What the person $2 did to the alert $1 no longer than $3 ago, when nothing was done to it since: the acknowledgement
-- that took it from being triggered, or its close.
select
    case last.event when 'closed' then 'close' else 'acknowledgement' end as what,
    last.at
from alerts
cross join lateral (
    select logs.event, logs.at, logs.meta
    from alert_logs as logs
    where
        logs.alert_id = alerts.id
        and logs.event in (
            'acknowledged', 'snoozed', 'closed', 'escalation_requested', 'reopened', 'acknowledgement_undone',
            'raised_again'
        )
    order by logs.id desc
    limit 1
) as last
where
    alerts.id = $1
    and last.meta ->> 'user_id' = $2
    and last.at >= now() - $3::interval
    and case last.event
        when 'closed' then alerts.status = 'closed'
        when 'acknowledged' then alerts.status = 'acknowledged' and alerts.acknowledged_at = last.at
        when 'snoozed' then alerts.status = 'acknowledged' and alerts.acknowledged_at = last.at
        else false
    end
