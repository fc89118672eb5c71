-- name: alerts_by_hour
-- How many alerts came in within [$1, $2), by the place (from 1) of their hour among the beginnings $3. Here and in what
-- follows, alerts that are no longer kept count by their sums.
select found.hour, sum(found.count)::bigint as count
from (
    select width_bucket(created_at, $3::timestamptz[]) as hour, count(*) as count
    from alerts
    where created_at >= $1 and created_at < $2
    group by 1
    union all
    select width_bucket(sums.hour, $3::timestamptz[]), sums.alerts
    from report_sums as sums
    where sums.hour >= $1 and sums.hour < $2
) as found
group by found.hour

-- name: pages_by_hour
-- The same of pages that went out.
select found.hour, sum(found.count)::bigint as count
from (
    select width_bucket(sent_at, $3::timestamptz[]) as hour, count(*) as count
    from outgoing_messages
    where sent_at >= $1 and sent_at < $2
    group by 1
    union all
    select width_bucket(sums.hour, $3::timestamptz[]), sums.pages
    from report_sums as sums
    where sums.hour >= $1 and sums.hour < $2
) as found
group by found.hour

-- name: alerts_by_service
-- Alerts that came in within [$1, $2), those at night, and in seconds how soon somebody first took them and how soon
-- they were closed, half of them and nine in ten: by service, and of all (without a service). $3 holds when nights begin
-- and end, in turn, so that whatever lies behind an odd number of them is at night. How soon is known of alerts that are
-- kept.
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
),
summed as (
    select
        service_id,
        sum(alerts) as alerts,
        sum(alerts) filter (where width_bucket(hour, $3::timestamptz[]) % 2 = 1) as night_alerts,
        sum(acknowledged) as acknowledged,
        sum(closed) as closed
    from report_sums
    where hour >= $1 and hour < $2 and alerts > 0
    group by grouping sets ((service_id), ())
),
reported as (
    select
        coalesce(counted.service_id, summed.service_id) as service_id,
        (coalesce(counted.alerts, 0) + coalesce(summed.alerts, 0))::bigint as alerts,
        (coalesce(counted.night_alerts, 0) + coalesce(summed.night_alerts, 0))::bigint as night_alerts,
        (coalesce(counted.acknowledged, 0) + coalesce(summed.acknowledged, 0))::bigint as acknowledged,
        (coalesce(counted.closed, 0) + coalesce(summed.closed, 0))::bigint as closed,
        counted.to_acknowledge,
        counted.to_close
    from counted
    full join summed on coalesce(summed.service_id::text, '') = coalesce(counted.service_id::text, '')
)
select
    reported.service_id,
    services.name,
    reported.alerts,
    reported.night_alerts,
    reported.acknowledged,
    reported.closed,
    reported.to_acknowledge,
    reported.to_close
from reported
left join services on services.id = reported.service_id

-- name: pages_by_service
-- Pages that went out within [$1, $2), and those at night ($3), by service.
with found as (
    select alerts.service_id, messages.sent_at as at, 1 as pages
    from outgoing_messages as messages
    join alerts on alerts.id = messages.alert_id
    where messages.sent_at >= $1 and messages.sent_at < $2
    union all
    select sums.service_id, sums.hour, sums.pages
    from report_sums as sums
    where sums.hour >= $1 and sums.hour < $2 and sums.pages > 0
)
select
    found.service_id,
    services.name,
    sum(found.pages)::bigint as pages,
    coalesce(sum(found.pages) filter (where width_bucket(found.at, $3::timestamptz[]) % 2 = 1), 0)::bigint as night_pages
from found
join services on services.id = found.service_id
group by found.service_id, services.name

-- name: people
-- Whom pages went out to within [$1, $2): about how many alerts, how many pages, how many of them at night ($3).
with found as (
    select
        messages.user_id,
        count(distinct messages.alert_id) as alerts,
        count(*) as pages,
        count(*) filter (where width_bucket(messages.sent_at, $3::timestamptz[]) % 2 = 1) as night_pages
    from outgoing_messages as messages
    where messages.sent_at >= $1 and messages.sent_at < $2
    group by messages.user_id
    union all
    select
        sums.user_id,
        sums.alerts,
        sums.pages,
        case when width_bucket(sums.hour, $3::timestamptz[]) % 2 = 1 then sums.pages else 0 end
    from report_people_sums as sums
    where sums.hour >= $1 and sums.hour < $2
)
select
    users.id,
    users.name,
    sum(found.alerts)::bigint as alerts,
    sum(found.pages)::bigint as pages,
    sum(found.night_pages)::bigint as night_pages
from found
join users on users.id = found.user_id
group by users.id, users.name
order by pages desc, lower(users.name), users.id
