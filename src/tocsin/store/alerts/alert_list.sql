-- name: get
-- One alert with all its details.
select *, (select alerts.details from alerts where alerts.id = $1) as all_details, now() as now
from alert_records
where id = $1

-- name: list
-- Alerts that meet every condition given: a status among $1, a service, its policy, its team, all labels $5 with their
-- values and $6 with any, text $7 in summary or details, a favourite service of the user $8, an open alert
-- that pages the user $9 or that they have acknowledged. Newest first, with an id below $10; or, with $12, the most
-- urgent first and among those that which is open for the longest, from the place (urgency $13, id $10) on, and closed
-- ones newest first.
with found as (
    select alerts.id
    from alerts
    join services on services.id = alerts.service_id
    where
        ($1::text[] is null or alerts.status = any($1))
        and ($2::uuid is null or alerts.service_id = $2)
        and ($3::uuid is null or services.escalation_policy_id = $3)
        and ($4::uuid is null or services.team_id = $4)
        and ($5::jsonb is null or alerts.labels @> $5)
        and ($6::text[] is null or alerts.labels ?& $6)
        and (
            $7::text is null
            or strpos(folded(alerts.summary), folded($7)) > 0
            or strpos(folded(alerts.details), folded($7)) > 0
        )
        and (
            $8::uuid is null
            or alerts.service_id = any(array(
                select favourites.service_id from favourite_services as favourites where favourites.user_id = $8
            ))
        )
        and (
            $9::uuid is null
            or alerts.id = any(array(
                select cycles.alert_id
                from notification_policy_cycles as cycles
                join escalation_policy_state as open_ones on open_ones.alert_id = cycles.alert_id
                where cycles.user_id = $9
                union
                select logs.alert_id
                from escalation_policy_state as open_ones
                join alert_logs as logs on logs.alert_id = open_ones.alert_id
                where
                    open_ones.state = 'acknowledged'
                    and logs.event in ('acknowledged', 'snoozed')
                    and logs.meta ->> 'user_id' = $9::text
            ))
        )
        and (
            $10::bigint is null
            or ($12 and alert_urgency(alerts.status, alerts.severity) > $13)
            or case when $12 and alerts.status <> 'closed' then alerts.id > $10 else alerts.id < $10 end
        )
        and (not $12 or $13::integer is null or alert_urgency(alerts.status, alerts.severity) >= $13)
    order by
        case when $12 then alert_urgency(alerts.status, alerts.severity) end,
        case when $12 and alerts.status <> 'closed' then alerts.id end,
        alerts.id desc
    limit $11
)
select alerts.*, now() as now
from found
join alert_records as alerts on alerts.id = found.id
order by
    case when $12 then alerts.urgency end,
    case when $12 and alerts.status <> 'closed' then alerts.id end,
    alerts.id desc
