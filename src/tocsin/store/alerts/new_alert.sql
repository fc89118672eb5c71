-- name: raise
-- One alert, in one round trip, by an integration key ($1 its hash, $2 its type, $3 the sender's address) or by an
-- actor on a service ($4, $5). An open alert with the same key takes the message in instead. The key is looked up in
-- this statement, so that a revoked one stops at once; its use is noted at most once a minute, by nobody who would
-- have to wait for it. Above the service's limit of open alerts it rolls up into the one with the key $18, unless that is
-- null. What was sent is kept with the alert ($13 to $16), or has been kept already ($17). A new alert
-- has count 1, and no other has. $19 is what the key's routing rules say (`Route`), null for a key that never had any: a
-- key whose rules are of another version raises nothing.
with source as (
    select
        keys.id as key_id,
        coalesce(($19::jsonb ->> 'service_id')::uuid, keys.service_id) as service_id,
        keys.type = $2 as is_allowed,
        keys.routing_version = coalesce(($19 ->> 'version')::bigint, 0) as is_current,
        coalesce(keys.last_used_at < now() - interval '1 minute', true) as is_use_due,
        jsonb_build_object('type', 'integration_key', 'id', keys.id, 'name', keys.name, 'ip', $3::text) as actor
    from integration_keys as keys
    where keys.token_hash = $1 and keys.revoked_at is null
    union all
    select null, services.id, true, true, false, $5::jsonb
    from services
    where services.id = $4
),
used as (
    select note_key_use(source.key_id) from source where source.is_use_due and source.is_allowed
),
received as (
    insert into received_payloads (integration_key_id, path, query, content_type, body)
    select source.key_id, $13, $14, $15, $16
    from source
    where source.is_allowed and source.is_current and $16::bytea is not null
    returning id
),
placed as (
    select
        source.service_id,
        source.key_id,
        source.actor,
        coalesce(rolls_up(source.service_id, $10, $18), false) as rolls_up
    from source
    where source.is_allowed and source.is_current
),
raised as (
    insert into alerts as alert (
        service_id, integration_key_id, severity, dedup_key, summary, details, labels, links, delayed_until
    )
    select
        placed.service_id,
        placed.key_id,
        $8,
        case when placed.rolls_up then $18 else $10 end,
        case when placed.rolls_up then 'Too many alerts are open: further ones are listed here' else $6 end,
        case when placed.rolls_up then '' else $7 end,
        case when placed.rolls_up then '{}' else $9::jsonb end,
        case when placed.rolls_up then '[]' else $12::jsonb end,
        case when not placed.rolls_up then now() + ($19 ->> 'delay')::interval end
    from placed
    on conflict (service_id, dedup_key) where status <> 'closed' do update
    set
        count = alert.count + 1,
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
    returning alert.id, alert.service_id, alert.count, alert.summary, alert.severity, alert.labels
),
rolled_up as (
    select roll_up(raised.id, $10, $6, $8, $9::jsonb)
    from raised
    cross join placed
    where placed.rolls_up
),
logged as (
    insert into alert_logs (alert_id, event, actor, meta, payload_id)
    select
        raised.id,
        case
            when raised.count = 1 then 'created'
            when placed.rolls_up then 'rolled_up'
            else 'duplicate_suppressed'
        end,
        placed.actor,
        jsonb_strip_nulls(jsonb_build_object(
            'count', raised.count,
            'summary', nullif($6, raised.summary),
            'severity', nullif($8, raised.severity),
            'labels', nullif(nullif($9::jsonb, raised.labels), '{}'),
            'mended', nullif(to_jsonb($11::text[]), '[]'),
            'routed', $19 -> 'said'
        )),
        coalesce((select received.id from received), $17)
    from raised
    cross join placed
)
select
    source.is_allowed,
    source.is_current,
    raised.id as alert_id,
    raised.service_id,
    raised.count = 1 as is_new,
    coalesce((select received.id from received), $17) as payload_id,
    case
        when raised.id is not null and $19 ->> 'sent_key' is not null
            then remember_routed(source.key_id, $19 ->> 'sent_key', raised.service_id, $10)
    end as remembered
from source
left join raised on true
left join used on true
left join rolled_up on true

-- name: open_alert
select id from alerts where service_id = $1 and dedup_key = $2 and status <> 'closed'

-- name: is_within_reach
select exists (
    select from alerts where alerts.id = $2 and (alerts.service_id = $1 or alerts.integration_key_id = $3)
)

-- name: raise_together
-- As raise, for one message each of many requests: the function of this name tells. Returns a row for each request of
-- which the key is known.
select place, is_allowed, is_current, is_apart, alert_id, service_id, is_new, payload_id
from raise_together($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
