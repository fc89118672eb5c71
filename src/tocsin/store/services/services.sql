-- name: insert
insert into service_records (
    team_id, name, description, escalation_policy_id, maintenance_expires_at, maintenance_exceptions, ack_timeout,
    auto_close_after, flap_count, flap_within, open_alert_limit
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
returning *

-- name: get
select * from service_records
where id = $1

-- name: lock
select * from service_records
where id = $1
for update

-- name: hold
-- As lock, and foreign keys of alerts can still be checked.
select * from service_records
where id = $1
for no key update

-- name: named
select id from services where lower(name) = lower($1)

-- name: list
select * from service_records
where
    ($1::text is null or strpos(folded(name), folded($1)) > 0)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update service_records
set
    team_id = $2,
    name = $3,
    description = $4,
    escalation_policy_id = $5,
    maintenance_expires_at = $6,
    maintenance_exceptions = $7,
    ack_timeout = $8,
    auto_close_after = $9,
    flap_count = $10,
    flap_within = $11,
    open_alert_limit = $12
where id = $1
returning *

-- name: open_alerts
select count(*) from alerts where service_id = $1 and status <> 'closed'

-- name: uses
select 'open alert' as kind, id, summary as name
from alerts
where service_id = $1 and status <> 'closed'
order by id
limit 100

-- name: routed_from
-- What sends alerts here: rules of keys of other services.
select 'integration key' as kind, keys.id, keys.name, services.id as within_id
from routing_rules as rules
join integration_keys as keys on keys.id = rules.integration_key_id
join services on services.id = keys.service_id
where rules.service_id = $1 and keys.service_id <> $1
group by keys.id, services.id
order by keys.name, keys.id
limit 100

-- name: hold_state
-- Before the service is deleted: its windows, which go with it, lock its job, which comes after the state.
select from service_state where service_id = $1 for update

-- name: delete
delete from services where id = $1
