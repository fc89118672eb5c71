-- name: places_of
-- Of what has rolled up its alert tells; where something may have, the place counts.
select given.sent_key, routed.service_id, routed.dedup_key
from unnest($3::text[]) as given (sent_key)
join routed_keys as routed on routed.integration_key_id = $1 and routed.sent_key = given.sent_key
union
select alerts.dedup_key, alerts.service_id, alerts.dedup_key
from alerts
where alerts.service_id = $2 and alerts.dedup_key = any($3::text[]) and alerts.status <> 'closed'
order by 1, 2, 3

-- name: open_alert
select alerts.id
from (
    select $2::uuid as service_id, $3 as dedup_key
    union all
    select routed.service_id, routed.dedup_key
    from routed_keys as routed
    where routed.integration_key_id = $1 and routed.sent_key = $3
) as places
join alerts on alerts.service_id = places.service_id and alerts.dedup_key = places.dedup_key and alerts.status <> 'closed'
limit 1

-- name: remove_old
-- Up to $1 of the oldest of which nothing is open; where alerts roll up, one of them may be it.
delete from routed_keys
using (
    select routed.integration_key_id, routed.sent_key, routed.service_id, routed.dedup_key
    from routed_keys as routed
    where
        routed.last_at < now() - interval '1 day'
        and not exists (
            select from alerts
            where
                alerts.service_id = routed.service_id
                and alerts.dedup_key in (routed.dedup_key, 'roll-up:1')
                and alerts.status <> 'closed'
        )
    order by routed.last_at
    limit $1::integer
    for update of routed skip locked
) as old
where
    routed_keys.integration_key_id = old.integration_key_id
    and routed_keys.sent_key = old.sent_key
    and routed_keys.service_id = old.service_id
    and routed_keys.dedup_key = old.dedup_key
