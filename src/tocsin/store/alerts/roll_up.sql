-- name: counts
select count(*) as count, count(*) filter (where closed_at is null) as open
from rolled_up_alerts
where alert_id = $1

-- name: open
select
    dedup_key, summary, severity, labels, count, created_at, last_seen_at, acknowledged_at, closed_at
from rolled_up_alerts
where alert_id = $1 and closed_at is null
order by last_seen_at desc, dedup_key
limit $2

-- name: page
select
    dedup_key, summary, severity, labels, count, created_at, last_seen_at, acknowledged_at, closed_at
from rolled_up_alerts
where alert_id = $1 and ($2::text is null or dedup_key > $2)
order by dedup_key
limit $3

-- name: lock
-- The alert into which others roll up is locked before any of them, here as where one rolls up.
select id from alerts where service_id = $1 and dedup_key = $2 and status <> 'closed' for no key update

-- name: close
update rolled_up_alerts set closed_at = now() where alert_id = $1 and dedup_key = $2 and closed_at is null
returning true

-- name: acknowledge
update rolled_up_alerts set acknowledged_at = now()
where alert_id = $1 and dedup_key = $2 and closed_at is null
returning true

-- name: is_over
select not exists (select from rolled_up_alerts where alert_id = $1 and closed_at is null)
