-- name: alert_exists
select exists (select from alerts where id = $1)

-- name: of_alert
-- The payloads of an alert below id $2, newest first.
select payloads.*
from (
    select distinct logs.payload_id
    from alert_logs as logs
    where
        logs.alert_id = $1
        and logs.payload_id >= (select min(oldest.id) from received_payloads as oldest)
        and ($2::bigint is null or logs.payload_id < $2)
    order by logs.payload_id desc
    limit $3
) as sent
join received_payload_records as payloads on payloads.id = sent.payload_id
order by payloads.id desc

-- name: one_of_alert
select payloads.*
from received_payload_records as payloads
where
    payloads.id = $2
    and exists (select from alert_logs as logs where logs.payload_id = $2 and logs.alert_id = $1)

-- name: one_of_key
select * from received_payload_records where id = $2 and integration_key_id = $1

-- name: last_of_key
select payloads.*
from (
    select
        newest.id,
        row_number() over (order by newest.id desc) as number,
        sum(octet_length(newest.body)) over (order by newest.id desc) as bytes
    from (
        select each.id, each.body
        from received_payloads as each
        where each.integration_key_id = $1
        order by each.id desc
        limit $2
    ) as newest
) as last
join received_payload_records as payloads on payloads.id = last.id
where last.number = 1 or last.bytes <= $3
order by payloads.id desc

-- name: remove_old
-- Of the $2 oldest those that are older than $1. Ids are in order of time but for moments; engines share the work.
with removed as (
    delete from received_payloads as payloads
    using (
        select oldest.id, oldest.received_at
        from received_payloads as oldest
        where oldest.outcome <> 'quarantined'
        order by oldest.id
        limit $2
        for update skip locked
    ) as oldest
    where payloads.id = oldest.id and oldest.received_at < now() - $1::interval
    returning payloads.id
)
select count(*) from removed
