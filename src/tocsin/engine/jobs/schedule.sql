-- name: apply
-- Who is on call, up to $4: stints end and start by difference (S4), at the moments that were planned, and the next
-- moment to look is set (S5). Nothing when the schedule has moved since it was read. $5 holds what becomes of the open
-- rows, $6 the new ones; the open ones are done with first, since a user may come back.
with moved as (
    insert into schedule_state as state (schedule_id, next_change, history_until)
    select $1, $3, $4
    where $2::bigint is not null or not exists (select from schedule_state where schedule_id = $1)
    on conflict (schedule_id) do update
    set next_change = excluded.next_change, history_until = excluded.history_until, version = state.version + 1
    where state.version = $2
    returning schedule_id
),
changed as (
    update schedule_on_call_users as on_call
    set end_time = stint.end_time, because = stint.because
    from moved
    cross join jsonb_to_recordset($5::jsonb) as stint (user_id uuid, end_time timestamptz, because jsonb)
    where
        on_call.schedule_id = moved.schedule_id
        and on_call.user_id = stint.user_id
        and on_call.end_time is null
    returning on_call.id
),
added as (
    insert into schedule_on_call_users as on_call (schedule_id, user_id, because, start_time, end_time)
    select moved.schedule_id, users.id, stint.because, stint.start_time, stint.end_time
    from moved
    cross join (select count(*) from changed) as before
    cross join jsonb_to_recordset($6::jsonb)
        as stint (user_id uuid, start_time timestamptz, end_time timestamptz, because jsonb)
    join users on users.id = stint.user_id
    order by stint.start_time, stint.user_id
    on conflict (schedule_id, user_id) where end_time is null do update
    set because = excluded.because
)
select true as done from moved
