-- name: of_key
-- A key with its rules in order; what is read of the rules, their version and the services is of one moment.
select
    keys.id as key_id,
    keys.name as key_name,
    services.id as service_id,
    services.name as service_name,
    services.team_id,
    keys.routing_version as version,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', rules.id,
            'name', rules.name,
            'condition', rules.condition,
            'service_id', targets.id,
            'severity', rules.severity,
            'priority', rules.priority,
            'dedup_key', rules.dedup_key,
            'summary', rules.summary,
            'suppress', rules.suppress,
            'delay_seconds', extract(epoch from rules.delay)
        ) order by rules.rule_number), '[]')
        from routing_rules as rules
        left join services as targets
            on targets.id = rules.service_id and targets.team_id is not distinct from services.team_id
        where rules.integration_key_id = keys.id
    ) as rules
from integration_keys as keys
join services on services.id = keys.service_id
where keys.id = $1

-- name: is_of_service
select exists (select from integration_key_records as keys where keys.id = $2 and keys.service_id = $1)

-- name: delete_others
delete from routing_rules where integration_key_id = $1 and id <> all($2::uuid[])

-- name: insert
insert into routing_rules (
    integration_key_id, rule_number, name, condition, service_id, severity, priority, dedup_key, summary, suppress, delay
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: update
-- A rule that stays as it is is left alone.
update routing_rules as rules
set
    rule_number = $2,
    name = $3,
    condition = $4,
    service_id = $5,
    severity = $6,
    priority = $7,
    dedup_key = $8,
    summary = $9,
    suppress = $10,
    delay = $11
where
    rules.id = $1
    and (
        rules.rule_number, rules.name, rules.condition, rules.service_id, rules.severity, rules.priority,
        rules.dedup_key, rules.summary, rules.suppress, rules.delay
    ) is distinct from ($2, $3, $4, $5::uuid, $6, $7, $8, $9, $10, $11::interval)

-- name: counts
select keys.id, count(*) as rules
from routing_rules as rules
join integration_keys as keys on keys.id = rules.integration_key_id
where keys.service_id = $1
group by keys.id

-- name: targets
select others.id, others.name
from services
join services as others on others.team_id is not distinct from services.team_id and others.id <> services.id
where services.id = $1
order by lower(others.name), others.id
limit 1000
