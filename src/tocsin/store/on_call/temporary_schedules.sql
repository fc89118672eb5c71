-- name: insert
insert into temporary_schedules (schedule_id, start_at, end_at) values ($1, $2, $3) returning id

-- name: get
select
    temporary.id,
    temporary.schedule_id,
    temporary.start_at,
    temporary.end_at,
    temporary.created_at,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'user_id', shifts.user_id, 'start_at', shifts.start_at, 'end_at', shifts.end_at
        ) order by shifts.start_at, shifts.end_at, shifts.user_id), '[]')
        from temporary_schedule_shifts as shifts
        where shifts.temporary_schedule_id = temporary.id
    ) as shifts
from temporary_schedules as temporary
where temporary.id = $2 and temporary.schedule_id = $1

-- name: list
select
    temporary.id,
    temporary.schedule_id,
    temporary.start_at,
    temporary.end_at,
    temporary.created_at,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'user_id', shifts.user_id, 'start_at', shifts.start_at, 'end_at', shifts.end_at
        ) order by shifts.start_at, shifts.end_at, shifts.user_id), '[]')
        from temporary_schedule_shifts as shifts
        where shifts.temporary_schedule_id = temporary.id
    ) as shifts
from temporary_schedules as temporary
where
    temporary.schedule_id = $1
    and ($2::timestamptz is null or (temporary.created_at, temporary.id) > ($2, $3::uuid))
order by temporary.created_at, temporary.id
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
