-- name: old
-- Up to $2 of the oldest alerts that were closed longer than $1 ago. Those that came in so long ago are read only, most of
-- which have been closed for as long. An index that has all that are closed must not be chosen: the status is not asked for.
select alerts.id, alerts.service_id
from alerts
where
    alerts.created_at < now() - $1::interval
    and alerts.closed_at < now() - $1::interval
order by alerts.created_at
limit $2::integer

-- name: hold_services
select from services where id = any($1::uuid[]) order by id for key share

-- name: hold_alerts
-- Those of the alerts $1 that nobody else is removing.
select alerts.id
from alerts
where alerts.id = any($1::bigint[]) and alerts.status = 'closed'
order by alerts.id
for update skip locked

-- name: sum_alerts
insert into report_sums as sums (service_id, hour, alerts, acknowledged, closed)
select
    alerts.service_id,
    date_trunc('hour', alerts.created_at, 'UTC'),
    count(*),
    count(*) filter (
        where exists (
            select from alert_logs as logs
            where logs.alert_id = alerts.id and logs.event in ('acknowledged', 'snoozed')
        )
    ),
    count(alerts.closed_at)
from alerts
where alerts.id = any($1::bigint[])
group by 1, 2
order by 1, 2
on conflict (service_id, hour) do update
set
    alerts = sums.alerts + excluded.alerts,
    acknowledged = sums.acknowledged + excluded.acknowledged,
    closed = sums.closed + excluded.closed

-- name: sum_pages
insert into report_sums as sums (service_id, hour, pages)
select alerts.service_id, date_trunc('hour', messages.sent_at, 'UTC'), count(*)
from outgoing_messages as messages
join alerts on alerts.id = messages.alert_id
where messages.alert_id = any($1::bigint[]) and messages.sent_at is not null
group by 1, 2
order by 1, 2
on conflict (service_id, hour) do update set pages = sums.pages + excluded.pages

-- name: sum_people
-- An alert counts for somebody in the hour of its first page to them.
insert into report_people_sums as sums (user_id, hour, alerts, pages)
select
    pages.user_id,
    date_trunc('hour', pages.sent_at, 'UTC'),
    count(*) filter (where pages.number = 1),
    count(*)
from (
    select
        messages.user_id,
        messages.sent_at,
        row_number() over (partition by messages.user_id, messages.alert_id order by messages.sent_at) as number
    from outgoing_messages as messages
    join users on users.id = messages.user_id
    where messages.alert_id = any($1::bigint[]) and messages.sent_at is not null
) as pages
group by 1, 2
order by 1, 2
on conflict (user_id, hour) do update
set alerts = sums.alerts + excluded.alerts, pages = sums.pages + excluded.pages

-- name: remove
-- Timelines, moves, cycles and pages go with their alerts.
delete from alerts where id = any($1::bigint[])

-- name: old_flaps
delete from alert_flaps
using (
    select flaps.service_id, flaps.dedup_key
    from alert_flaps as flaps
    join services on services.id = flaps.service_id
    where flaps.last_close_at < now() - services.flap_within
    order by flaps.last_close_at
    limit $1::integer
    for update of flaps skip locked
) as old
where alert_flaps.service_id = old.service_id and alert_flaps.dedup_key = old.dedup_key
