-- name: at
-- Who was on call by a schedule at a moment that is past.
select users.id as user_id, users.name, on_call.because
from schedule_on_call_users as on_call
join users on users.id = on_call.user_id
where
    on_call.schedule_id = $1
    and on_call.start_time <= $2
    and (on_call.end_time > $2 or on_call.end_time is null)
order by on_call.id

-- name: between
-- Who was on call by a schedule in [$2, $3), which is past: their stints, whole.
select user_id, start_time, end_time
from schedule_on_call_users
where schedule_id = $1 and start_time < $3 and (end_time > $2 or end_time is null)
