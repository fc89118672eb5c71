-- name: page_put_off
-- A page goes out when it can, or is put off by its own job for a moment.
with put_off as (
    select messages.id
    from outgoing_messages as messages
    where messages.id = any($1::uuid[])
    order by messages.id
    for no key update skip locked
)
update outgoing_messages as messages
set
    next_attempt = case messages.status when 'pending' then now() end,
    claimed_until = case messages.status when 'sending' then now() end
from put_off
where messages.id = put_off.id and messages.status in ('pending', 'sending')

-- name: wake
-- Jobs in the order in which they are locked everywhere: by kind, then by id. $3 holds when each is to run; null: now.
select count(engine_enqueue(found.kind, found.id, coalesce(found.due, now()))::text)
from (
    select found.kind, found.id, found.due
    from unnest($1::text[], $2::text[], $3::timestamptz[]) as found (kind, id, due)
    join job_kinds on job_kinds.name = found.kind
    order by job_kinds.lock_order, length(found.id), found.id collate "C"
) as found

-- name: record
insert into engine_repairs (kind, object_id, reason, due)
select found.kind, found.id, found.reason, nullif(found.due, now())
from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as found (kind, id, reason, due)

-- name: prune
delete from engine_repairs where repaired_at < now() - $1::interval
