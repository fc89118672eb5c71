-- name: hand_off
-- Every rotation whose shift is over, whose active participant is gone, or that has just begun. A new one is in the middle
-- of a shift of those that are counted from its start.
with due as (
    select
        rotations.id, rotations.time_zone,
        rotations.shift_length * case rotations.type
            when 'hourly' then interval '1 hour'
            when 'daily' then interval '1 day'
            when 'weekly' then interval '1 week'
            else interval '1 month'
        end as shift,
        rotations.start_at at time zone rotations.time_zone as origin,
        state.shift_start, state.shift_end,
        case
            when state.rotation_id is null then 0
            when active.id is null then state.position
            else state.position + 1
        end as wanted
    from rotations
    left join rotation_state as state on state.rotation_id = rotations.id
    left join rotation_participants as active on active.id = state.rotation_participant_id
    where (active.id is null or state.shift_end <= now()) and true /* all rotations */
),
moved as (
    select
        due.id, chosen.position, chosen.participant_id, due.time_zone, due.shift,
        case
            when due.shift_end > now() then due.shift_start
            when due.shift_end is not null then due.shift_end
            else (
                due.origin + due.shift * floor(
                    extract(epoch from now() at time zone due.time_zone - due.origin) / extract(epoch from due.shift)
                )
            ) at time zone due.time_zone
        end as start
    from due
    cross join lateral (
        select participants.id as participant_id, participants.position
        from rotation_participants as participants
        where participants.rotation_id = due.id
        order by participants.position < due.wanted, participants.position
        limit 1
    ) as chosen
)
insert into rotation_state as state (rotation_id, position, rotation_participant_id, shift_start, shift_end)
select
    moved.id, moved.position, moved.participant_id, moved.start,
    (moved.start at time zone moved.time_zone + moved.shift) at time zone moved.time_zone
from moved
on conflict (rotation_id) do update
set
    position = excluded.position,
    rotation_participant_id = excluded.rotation_participant_id,
    shift_start = excluded.shift_start,
    shift_end = excluded.shift_end,
    version = state.version + 1

-- name: on_call
-- Who is on call by each schedule, by difference. The schedules that have changed.
with local as (
    select
        schedules.id,
        (now() at time zone schedules.time_zone)::time as clock,
        extract(isodow from now() at time zone schedules.time_zone)::smallint - 1::smallint as today
    from schedules
    where true /* all schedules */
),
ruled as (
    select distinct rules.schedule_id, coalesce(rules.user_id, active.user_id) as user_id
    from local
    join schedule_rules as rules on rules.schedule_id = local.id
    left join rotation_state as state on state.rotation_id = rules.rotation_id
    left join rotation_participants as active on active.id = state.rotation_participant_id
    where
        coalesce(rules.user_id, active.user_id) is not null
        and case
            when rules.start_time < rules.end_time then
                local.today = any(rules.weekdays) and local.clock >= rules.start_time and local.clock < rules.end_time
            else
                (local.today = any(rules.weekdays) and local.clock >= rules.start_time)
                or ((local.today + 6) % 7 = any(rules.weekdays) and local.clock < rules.end_time)
        end
),
overrides as (
    select overrides.schedule_id, overrides.add_user_id, overrides.remove_user_id
    from local
    join schedule_overrides as overrides on overrides.schedule_id = local.id
    where overrides.start_at <= now() and overrides.end_at > now()
),
wanted as (
    select ruled.schedule_id, ruled.user_id
    from ruled
    where not exists (
        select from overrides
        where overrides.schedule_id = ruled.schedule_id and overrides.remove_user_id = ruled.user_id
    )
    union
    select overrides.schedule_id, overrides.add_user_id
    from overrides
    where
        overrides.add_user_id is not null
        and (overrides.remove_user_id is null or (overrides.schedule_id, overrides.remove_user_id) in (table ruled))
),
ended as (
    update schedule_on_call_users as on_call
    set end_time = now()
    from local
    where
        on_call.schedule_id = local.id
        and on_call.end_time is null
        and (on_call.schedule_id, on_call.user_id) not in (table wanted)
    returning on_call.schedule_id
),
started as (
    insert into schedule_on_call_users (schedule_id, user_id)
    select wanted.schedule_id, wanted.user_id
    from wanted
    on conflict (schedule_id, user_id) where end_time is null do nothing
    returning schedule_id
)
select array(table ended union table started)

-- name: mirror
-- Whom each step would page, by difference.
with wanted as (
    select
        targets.escalation_policy_step_id as step_id,
        coalesce(targets.user_id, active.user_id, on_call.user_id) as user_id,
        jsonb_agg(step_target(targets)) as because
    from escalation_policy_step_targets as targets
    left join rotation_state as state on state.rotation_id = targets.rotation_id
    left join rotation_participants as active on active.id = state.rotation_participant_id
    left join schedule_on_call_users as on_call
        on on_call.schedule_id = targets.schedule_id and on_call.end_time is null
    where coalesce(targets.user_id, active.user_id, on_call.user_id) is not null and true /* all steps */
    group by 1, 2
),
ended as (
    update ep_step_on_call_users as on_call
    set end_time = now()
    where
        on_call.end_time is null
        and true /* all mirrors */
        and (on_call.ep_step_id, on_call.user_id) not in (select wanted.step_id, wanted.user_id from wanted)
)
insert into ep_step_on_call_users (ep_step_id, user_id, because)
select wanted.step_id, wanted.user_id, wanted.because
from wanted
where not exists (
    select from ep_step_on_call_users as on_call
    where on_call.ep_step_id = wanted.step_id and on_call.user_id = wanted.user_id and on_call.end_time is null
)
on conflict (ep_step_id, user_id) where end_time is null do nothing

-- name: users_of
-- The schedules and the steps that a change concerns: of rotations ($1), of schedules ($2), of policies ($3).
with schedules_concerned as (
    select rules.schedule_id as id from schedule_rules as rules where rules.rotation_id = any($1::uuid[])
    union
    select unnest($2::uuid[])
)
select
    array(select id from schedules_concerned) as schedules,
    array(
        select targets.escalation_policy_step_id
        from escalation_policy_step_targets as targets
        where
            targets.rotation_id = any($1::uuid[])
            or targets.schedule_id = any(array(select id from schedules_concerned))
        union
        select steps.id from escalation_policy_steps as steps where steps.escalation_policy_id = any($3::uuid[])
    ) as steps

-- name: due_rotations
select array_agg(state.rotation_id) from rotation_state as state where state.shift_end <= now()
