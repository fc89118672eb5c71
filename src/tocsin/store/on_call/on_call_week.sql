-- name: schedules
-- Schedules by name, those of the team $1 when it is given.
select id, name
from schedules
where $1::uuid is null or team_id = $1
order by lower(name), id
limit $2

-- name: past
-- Who was on call by each of the schedules $1 in [$2, $3), which is past. A stint that goes on ends now.
select schedule_id, user_id, start_time, coalesce(end_time, now()) as end_time
from schedule_on_call_users
where schedule_id = any($1::uuid[]) and start_time < $3 and (end_time > $2 or end_time is null)
