-- name: open
-- Open alerts other than $1 that have one of the labels $2 (each an object of one label), $3 of each label at most. Those
-- come first that share the most of the labels $4.
with found as (
    select distinct others.id
    from jsonb_array_elements($2::jsonb) as wanted (label)
    cross join lateral (
        select alerts.id
        from alerts
        where alerts.status <> 'closed' and alerts.labels @> wanted.label and alerts.id <> $1
        limit $3::integer
    ) as others
)
select
    alerts.id,
    alerts.summary,
    alerts.severity,
    alerts.status,
    services.name as service_name,
    alerts.created_at,
    same.names as shared
from found
join alerts on alerts.id = found.id
join services on services.id = alerts.service_id
cross join lateral (
    select array_agg(own.name order by own.name) as names
    from jsonb_each_text($4::jsonb) as own (name, value)
    where alerts.labels ->> own.name = own.value
) as same
order by cardinality(same.names) desc, alerts.id desc
limit $5::integer
