-- name: record
-- A change ($7 when it was made, null: now) of the service $1, as the integration key $2 tells of it. One that is said
-- to come is taken for one of now.
insert into service_changes (service_id, integration_key_id, summary, source, details, links, changed_at)
values ($1, $2, $3, $4, $5, $6, least($7, now()))

-- name: remove_old
-- Some changes of the service that are older than 90 days; others may remove theirs at the same time.
delete from service_changes
where id in (
    select old.id
    from service_changes as old
    where old.service_id = $1 and old.changed_at < now() - interval '90 days'
    order by old.changed_at
    limit 100
    for update skip locked
)

-- name: newest
select changes.id, changes.summary, changes.source, changes.details, changes.links, changes.changed_at,
    keys.name as told_by
from service_changes as changes
left join integration_keys as keys on keys.id = changes.integration_key_id
where changes.service_id = $1 and changes.changed_at >= now() - interval '90 days'
order by changes.changed_at desc, changes.id desc
limit $2
