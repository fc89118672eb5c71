-- name: raise_many
-- Many alerts of the service $1 in one round trip, by the integration key $2, as the actor $3, with the payload $12: as
-- new_alert raises one, by a statement that is prepared faster. No two of the messages ($4 to $10, and $13 what routing
-- rules say of each) have the same deduplication key. Above the service's limit of open alerts they roll up into the one
-- with the key $11. Rows are locked
-- in the order of deduplication keys, or two requests about the same alerts could wait for each other. A row that was
-- inserted has no xmax, and one that took a message in has.
with messages as (
    select
        given.summary,
        given.details,
        given.severity,
        given.labels::jsonb as labels,
        given.dedup_key,
        given.mended::jsonb as mended,
        given.links::jsonb as links,
        given.route::jsonb as route
    from unnest(
        $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $13::text[]
    ) as given (summary, details, severity, labels, dedup_key, mended, links, route)
),
placed as (
    select
        messages.summary,
        messages.details,
        messages.severity,
        messages.labels,
        messages.dedup_key,
        messages.mended,
        messages.links,
        messages.route,
        places.rolls_up,
        row_number() over (partition by places.rolls_up) as number
    from messages
    join places_of($1, $8, $11) as places on places.dedup_key = messages.dedup_key
),
targets as (
    select
        placed.severity,
        placed.dedup_key,
        placed.summary,
        placed.details,
        placed.labels,
        placed.links,
        1 as count,
        now() + (placed.route ->> 'delay')::interval as delayed_until
    from placed
    where not placed.rolls_up
    union all
    select
        (array['critical', 'error', 'warning', 'info'])[
            min(array_position(array['critical', 'error', 'warning', 'info'], placed.severity))
        ],
        $11,
        'Too many alerts are open: further ones are listed here',
        '',
        '{}',
        '[]',
        count(*),
        null
    from placed
    where placed.rolls_up
    having count(*) > 0
),
raised as (
    insert into alerts as alert (
        service_id, integration_key_id, severity, dedup_key, summary, details, labels, links, count, delayed_until
    )
    select
        $1,
        $2,
        targets.severity,
        targets.dedup_key,
        targets.summary,
        targets.details,
        targets.labels,
        targets.links,
        targets.count,
        targets.delayed_until
    from targets
    order by targets.dedup_key
    on conflict (service_id, dedup_key) where status <> 'closed' do update
    set
        count = alert.count + excluded.count,
        last_seen_at = now(),
        details = case when excluded.details = '' then alert.details else excluded.details end,
        links = case when excluded.links = '[]' then alert.links else excluded.links end,
        delayed_until = case
            when alert.delayed_until > now()
                then least(alert.delayed_until, coalesce(excluded.delayed_until, now()))
            else alert.delayed_until
        end,
        severity = case
            when
                array_position(array['critical', 'error', 'warning', 'info'], excluded.severity)
                < array_position(array['critical', 'error', 'warning', 'info'], alert.severity)
                then excluded.severity
            else alert.severity
        end
    returning
        alert.id,
        alert.dedup_key,
        alert.service_id,
        alert.count,
        alert.summary,
        alert.severity,
        alert.labels,
        alert.xmax = 0 as is_new
),
acted as (
    select
        placed.dedup_key,
        placed.rolls_up,
        placed.summary,
        placed.severity,
        placed.labels,
        placed.mended,
        placed.route,
        raised.id as alert_id,
        raised.service_id,
        raised.is_new and (placed.number = 1 or not placed.rolls_up) as is_new,
        raised.count,
        nullif(placed.summary, raised.summary) as other_summary,
        nullif(placed.severity, raised.severity) as other_severity,
        nullif(nullif(placed.labels, raised.labels), '{}') as other_labels
    from placed
    join raised on raised.dedup_key = case when placed.rolls_up then $11 else placed.dedup_key end
),
rolled_up as (
    select roll_up(acted.alert_id, acted.dedup_key, acted.summary, acted.severity, acted.labels)
    from acted
    where acted.rolls_up
    order by acted.dedup_key
),
logged as (
    insert into alert_logs (alert_id, event, actor, meta, payload_id)
    select
        acted.alert_id,
        case
            when acted.is_new then 'created'
            when acted.rolls_up then 'rolled_up'
            else 'duplicate_suppressed'
        end,
        $3::jsonb,
        jsonb_strip_nulls(jsonb_build_object(
            'count', acted.count,
            'summary', acted.other_summary,
            'severity', acted.other_severity,
            'labels', acted.other_labels,
            'mended', nullif(acted.mended, '[]'),
            'routed', acted.route -> 'said'
        )),
        $12
    from acted
)
select
    acted.dedup_key,
    acted.alert_id,
    acted.is_new,
    (select count(*) from rolled_up) as rolled_up,
    case
        when acted.route ->> 'sent_key' is not null
            then remember_routed($2, acted.route ->> 'sent_key', acted.service_id, acted.dedup_key)
    end as remembered
from acted

-- name: lock_open
-- The service's open alerts with any of these keys, locked in the order in which they are raised.
select alerts.id, alerts.dedup_key, services.flap_count is not null as may_flap
from alerts
join services on services.id = alerts.service_id
where alerts.service_id = $1 and alerts.dedup_key = any($2::text[]) and alerts.status <> 'closed'
order by alerts.dedup_key
for no key update of alerts
