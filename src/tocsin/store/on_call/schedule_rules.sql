-- name: of_schedules
-- Rules of some schedules, in order.
select
    id,
    schedule_id,
    case when user_id is not null then 'user' else 'rotation' end as target_type,
    coalesce(user_id, rotation_id) as target_id,
    weekdays,
    start_time,
    end_time
from schedule_rules
where schedule_id = any($1::uuid[])
order by schedule_id, position, id

-- name: delete_others
delete from schedule_rules where schedule_id = $1 and id <> all($2::uuid[])

-- name: insert
insert into schedule_rules (schedule_id, position, user_id, rotation_id, weekdays, start_time, end_time)
values ($1, $2, $3, $4, $5, $6, $7)

-- name: update
update schedule_rules
set position = $2, user_id = $3, rotation_id = $4, weekdays = $5, start_time = $6, end_time = $7
where
    id = $1
    and (position, user_id, rotation_id, weekdays, start_time, end_time)
    is distinct from ($2, $3::uuid, $4::uuid, $5::smallint[], $6, $7)
