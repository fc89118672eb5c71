-- name: alerts_by_hour
-- How many alerts came in within [$1, $2), by the place (from 1) of their hour among the beginnings $3.
select width_bucket(created_at, $3::timestamptz[]) as hour, count(*) as count
from alerts
where created_at >= $1 and created_at < $2
group by 1

-- name: pages_by_hour
-- The same of pages that went out.
select width_bucket(sent_at, $3::timestamptz[]) as hour, count(*) as count
from outgoing_messages
where sent_at >= $1 and sent_at < $2
group by 1

-- name: alerts_by_service
-- Alerts that came in within [$1, $2), those at night, and in seconds how soon somebody first took them and how soon
-- they were closed, half of them and nine in ten: by service, and of all (without a service). $3 holds when nights begin
-- and end, in turn, so that whatever lies behind an odd number of them is at night.
with raised as (
    select
        alerts.service_id,
        width_bucket(alerts.created_at, $3::timestamptz[]) % 2 = 1 as is_night,
        extract(epoch from taken.at - alerts.created_at)::float8 as to_acknowledge,
        extract(epoch from alerts.closed_at - alerts.created_at)::float8 as to_close
    from alerts
    left join lateral (
        select min(logs.at) as at
        from alert_logs as logs
        where logs.alert_id = alerts.id and logs.event in ('acknowledged', 'snoozed')
    ) as taken on true
    where alerts.created_at >= $1 and alerts.created_at < $2
),
counted as (
    select
        service_id,
        count(*) as alerts,
        count(*) filter (where is_night) as night_alerts,
        count(to_acknowledge) as acknowledged,
        count(to_close) as closed,
        percentile_cont(array[0.5, 0.9]) within group (order by to_acknowledge) as to_acknowledge,
        percentile_cont(array[0.5, 0.9]) within group (order by to_close) as to_close
    from raised
    group by grouping sets ((service_id), ())
)
select
    counted.service_id,
    services.name,
    counted.alerts,
    counted.night_alerts,
    counted.acknowledged,
    counted.closed,
    counted.to_acknowledge,
    counted.to_close
from counted
left join services on services.id = counted.service_id

-- name: pages_by_service
-- Pages that went out within [$1, $2), and those at night ($3), by service.
select
    alerts.service_id,
    services.name,
    count(*) as pages,
    count(*) filter (where width_bucket(messages.sent_at, $3::timestamptz[]) % 2 = 1) as night_pages
from outgoing_messages as messages
join alerts on alerts.id = messages.alert_id
join services on services.id = alerts.service_id
where messages.sent_at >= $1 and messages.sent_at < $2
group by alerts.service_id, services.name

-- name: people
-- Whom pages went out to within [$1, $2): about how many alerts, how many pages, how many of them at night ($3).
select
    users.id,
    users.name,
    count(distinct messages.alert_id) as alerts,
    count(*) as pages,
    count(*) filter (where width_bucket(messages.sent_at, $3::timestamptz[]) % 2 = 1) as night_pages
from outgoing_messages as messages
join users on users.id = messages.user_id
where messages.sent_at >= $1 and messages.sent_at < $2
group by users.id, users.name
order by pages desc, lower(users.name), users.id
