-- name: list
select * from received_payload_records
where integration_key_id = $1 and outcome = 'quarantined' and ($2::bigint is null or id < $2)
order by id desc
limit $3

-- name: get
select * from received_payload_records
where id = $2 and integration_key_id = $1 and outcome <> 'accepted'

-- name: lock
select from received_payloads where id = $2 and integration_key_id = $1 for update

-- name: settle
update received_payloads set outcome = $2, settled_at = now(), settled_by = $3::jsonb where id = $1

-- name: key_name
select keys.name from integration_keys as keys where keys.id = $2 and keys.service_id = $1

-- name: of_service
select keys.id as key_id, keys.name as key_name, count(*) as waiting
from integration_keys as keys
join received_payloads as payloads on payloads.integration_key_id = keys.id
where keys.service_id = $1 and payloads.outcome = 'quarantined'
group by keys.id
order by keys.created_at, keys.id

-- name: count
select count(*) from received_payloads where outcome = 'quarantined'
