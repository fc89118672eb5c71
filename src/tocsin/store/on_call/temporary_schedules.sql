-- name: insert
insert into temporary_schedules (schedule_id, start_at, end_at) values ($1, $2, $3) returning id

-- name: get
select * from temporary_schedule_records where id = $2 and schedule_id = $1

-- name: list
select * from temporary_schedule_records
where
    schedule_id = $1
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: overlapping
select id, start_at, end_at
from temporary_schedules
where schedule_id = $1 and end_at > $2 and start_at < $3 and id is distinct from $4
order by start_at
limit 1

-- name: update
update temporary_schedules set start_at = $2, end_at = $3 where id = $1

-- name: delete_shifts
delete from temporary_schedule_shifts where temporary_schedule_id = $1

-- name: insert_shifts
insert into temporary_schedule_shifts (temporary_schedule_id, user_id, start_at, end_at)
select $1, shift.user_id, shift.start_at, shift.end_at
from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) as shift (user_id, start_at, end_at)

-- name: delete
delete from temporary_schedules where id = $2 and schedule_id = $1 returning id
