-- name: apply
-- Who is on call from now on: stints end and start by difference (S4), and the next moment to look is set (S5). Nothing
-- when the schedule has moved since it was read. $4 holds the users, $5 why, as one object a user.
with moved as (
    insert into schedule_state as state (schedule_id, next_change)
    select $1, $3
    where $2::bigint is not null or not exists (select from schedule_state where schedule_id = $1)
    on conflict (schedule_id) do update
    set next_change = excluded.next_change, version = state.version + 1
    where state.version = $2
    returning schedule_id
),
ended as (
    update schedule_on_call_users as on_call
    set end_time = now()
    from moved
    where
        on_call.schedule_id = moved.schedule_id
        and on_call.end_time is null
        and on_call.user_id <> all($4::uuid[])
),
started as (
    insert into schedule_on_call_users as on_call (schedule_id, user_id, because)
    select moved.schedule_id, users.id, because.value
    from moved
    cross join unnest($4::uuid[]) with ordinality as chosen (id, number)
    join users on users.id = chosen.id
    join jsonb_array_elements($5::jsonb) with ordinality as because (value, number) on because.number = chosen.number
    on conflict (schedule_id, user_id) where end_time is null do update
    set because = excluded.because
    where on_call.because <> excluded.because
)
select true as done from moved
