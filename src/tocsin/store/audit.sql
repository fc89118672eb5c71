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
