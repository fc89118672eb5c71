-- name: list
-- Newest first.
select id, at as created_at, actor, action, object_type, object_id, before, after
from audit_log
where
    ($1::text is null or object_type = $1)
    and ($2::text is null or object_id = $2)
    and ($3::bigint is null or id < $3)
order by id desc
limit $4

-- name: remove_old
-- Of the $2 oldest entries those that are older than $1. Ids are in order of time but for moments; engines share the work.
with removed as (
    delete from audit_log
    using (
        select oldest.id, oldest.at from audit_log as oldest order by oldest.id limit $2::integer for update skip locked
    ) as oldest
    where audit_log.id = oldest.id and oldest.at < now() - $1::interval
    returning audit_log.id
)
select count(*) from removed
