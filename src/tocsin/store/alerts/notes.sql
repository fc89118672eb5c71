-- name: count
-- How many notes the alert $1 has, as far as $2.
select count(*)
from (
    select from alert_logs as logs where logs.alert_id = $1 and logs.event = 'noted' limit $2::integer
) as notes

-- name: last
select logs.at, logs.actor, logs.meta
from alert_logs as logs
where logs.alert_id = $1 and logs.event = 'noted'
order by logs.id desc
limit 1
