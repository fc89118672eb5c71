-- name: insert
insert into maintenance_window_records (service_id, start_at, end_at, weekly, time_zone)
values ($1, $2, $3, $4, $5)
returning *

-- name: get
select * from maintenance_window_records where id = $2 and service_id = $1

-- name: list
select * from maintenance_window_records
where
    service_id = $1
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: coming
-- Those that are not over, by their beginning; weekly ones never are.
select * from maintenance_window_records
where service_id = $1 and (weekly or end_at > now())
order by start_at, id
limit $2

-- name: update
update maintenance_window_records
set start_at = $2, end_at = $3, weekly = $4, time_zone = $5
where id = $1
returning *

-- name: delete
delete from maintenance_windows where id = $2 and service_id = $1 returning id
