-- name: keep
-- Rows are in the order of deduplication keys, or two requests about the same could wait for each other.
insert into suppressed_alerts as former (
    service_id, integration_key_id, payload_id, dedup_key, rule_name, summary, details, severity, labels, count
)
select $1, $2, $3, given.dedup_key, given.rule_name, given.summary, given.details, given.severity, given.labels, given.count
from jsonb_to_recordset($4::text::jsonb) as given (
    dedup_key text, rule_name text, summary text, details text, severity text, labels jsonb, count bigint
)
order by given.dedup_key
on conflict (integration_key_id, dedup_key) do update
set
    payload_id = excluded.payload_id,
    rule_name = excluded.rule_name,
    summary = excluded.summary,
    details = excluded.details,
    severity = excluded.severity,
    labels = excluded.labels,
    count = former.count + excluded.count,
    last_seen_at = now(),
    closed_at = null

-- name: close
update suppressed_alerts as suppressed
set closed_at = now()
from (
    select open.id
    from suppressed_alerts as open
    where open.integration_key_id = $1 and open.dedup_key = any($2::text[]) and open.closed_at is null
    order by open.dedup_key
    for no key update
) as held
where suppressed.id = held.id

-- name: get
select * from suppressed_alert_records where id = $2 and service_id = $1

-- name: newest
select * from suppressed_alert_records
where service_id = $1
order by last_seen_at desc, id desc
limit $2

-- name: count
select coalesce(sum(count), 0)::bigint from suppressed_alerts where service_id = $1

-- name: page
select * from suppressed_alert_records
where service_id = $1 and ($2::bigint is null or id < $2)
order by id desc
limit $3

-- name: remove_old
with removed as (
    delete from suppressed_alerts as suppressed
    using (
        select oldest.id
        from suppressed_alerts as oldest
        where oldest.last_seen_at < now() - $1::interval
        order by oldest.last_seen_at
        limit $2
        for update skip locked
    ) as old
    where suppressed.id = old.id
    returning suppressed.id
)
select count(*) from removed
