-- name: list
select * from received_payload_records
where integration_key_id = $1 and outcome = 'quarantined' and ($2::bigint is null or id < $2)
order by id desc
limit $3

-- name: oldest
select payloads.id
from received_payloads as payloads
where payloads.integration_key_id = $1 and payloads.outcome = 'quarantined' and payloads.id > $2
order by payloads.id
limit $3

-- name: discard_all
with discarded as (
    update received_payloads as payloads
    set outcome = 'discarded', settled_at = now(), settled_by = $3::jsonb
    where payloads.integration_key_id = $1 and payloads.outcome = 'quarantined' and payloads.id <= $2
    returning payloads.id
)
select count(*) from discarded

-- name: get
select * from received_payload_records
where id = $2 and integration_key_id = $1 and outcome <> 'accepted'

-- name: lock
select from received_payloads where id = $2 and integration_key_id = $1 for update

-- name: settle
update received_payloads set outcome = $2, settled_at = now(), settled_by = $3::jsonb where id = $1

-- name: key_name
select keys.name from integration_keys as keys where keys.id = $2 and keys.service_id = $1

-- name: waiting
-- Of the service $1, or of all, those with the most first.
select
    keys.id as key_id,
    keys.name as key_name,
    services.id as service_id,
    services.name as service_name,
    count(*) as waiting
from received_payloads as payloads
join integration_keys as keys on keys.id = payloads.integration_key_id
join services on services.id = keys.service_id
where payloads.outcome = 'quarantined' and ($1::uuid is null or keys.service_id = $1)
group by keys.id, services.id
order by waiting desc, keys.created_at, keys.id

-- name: count
select count(*) from received_payloads where outcome = 'quarantined'

-- name: claim_notice
-- A quarantine with something that came after its operators were told last, at most once an hour; for a minute it is the
-- caller's to tell of.
with untold as (
    select payloads.integration_key_id
    from received_payloads as payloads
    left join quarantine_notices as notices using (integration_key_id)
    where
        payloads.outcome = 'quarantined'
        and (
            notices.told_at is null
            or (payloads.received_at > notices.told_at and notices.told_at <= now() - interval '1 hour')
        )
        and (notices.claimed_until is null or notices.claimed_until <= now())
    limit 1
),
claimed as (
    insert into quarantine_notices as notices (integration_key_id, claimed_until)
    select keys.id, now() + interval '1 minute'
    from untold
    join integration_keys as keys on keys.id = untold.integration_key_id
    on conflict (integration_key_id) do update
    set claimed_until = excluded.claimed_until
    where notices.claimed_until is null or notices.claimed_until <= now()
    returning notices.integration_key_id
)
select
    keys.id as key_id,
    keys.name as key_name,
    keys.service_id,
    services.name as service_name,
    waiting.count as waiting,
    waiting.last_at,
    waiting.reason
from claimed
join integration_keys as keys on keys.id = claimed.integration_key_id
join services on services.id = keys.service_id
cross join lateral (
    select
        count(*) as count,
        max(payloads.received_at) as last_at,
        (array_agg(payloads.reason order by payloads.id desc))[1] as reason
    from received_payloads as payloads
    where payloads.integration_key_id = keys.id and payloads.outcome = 'quarantined'
) as waiting

-- name: noticed
update quarantine_notices set told_at = now(), claimed_until = null where integration_key_id = $1
