-- name: insert
insert into override_records (schedule_id, start_at, end_at, add_user_id, remove_user_id)
values ($1, $2, $3, $4, $5)
returning *

-- name: get
select * from override_records where id = $2 and schedule_id = $1

-- name: list
select * from override_records
where
    schedule_id = $1
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: overlapping
select * from override_records
where schedule_id = $1 and end_at > $2 and start_at < $3 and id is distinct from $4
order by start_at, id

-- name: update
update override_records
set start_at = $2, end_at = $3, add_user_id = $4, remove_user_id = $5
where id = $1
returning *

-- name: delete
delete from schedule_overrides where id = $2 and schedule_id = $1 returning id
