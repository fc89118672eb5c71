-- name: rotations
-- Rotations with their participants in order and where they stand. last_known is the active user by the row.
select
    rotations.id,
    rotations.type,
    rotations.shift_length,
    rotations.start_at,
    rotations.time_zone,
    state.position,
    state.rotation_participant_id,
    state.shift_start,
    state.shift_end,
    state.version,
    (
        select coalesce(jsonb_agg(
            jsonb_build_object('id', participants.id, 'user_id', participants.user_id) order by participants.position
        ), '[]')
        from rotation_participants as participants
        where participants.rotation_id = rotations.id
    ) as participants,
    (
        select participants.user_id
        from rotation_participants as participants
        where participants.id = state.rotation_participant_id
    ) as last_known,
    changes.changed_at,
    now() as now
from rotations
left join rotation_state as state on state.rotation_id = rotations.id
left join rotation_changes as changes on changes.rotation_id = rotations.id
where
    rotations.id = any($1::uuid[])
    or rotations.id in (select rules.rotation_id from schedule_rules as rules where rules.schedule_id = any($2::uuid[]))

-- name: schedules
-- Schedules with all that can still come to act, or acted after $2, or since their rows tell who was on call. What is
-- added acts from when it was made. last_known is who is on call as the rows say, and why.
select
    schedules.id,
    schedules.time_zone,
    state.version,
    state.next_change,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', rules.id,
            'user_id', rules.user_id,
            'rotation_id', rules.rotation_id,
            'weekdays', rules.weekdays,
            'start', rules.start_time,
            'end', rules.end_time
        ) order by rules.position, rules.id), '[]')
        from schedule_rules as rules
        where rules.schedule_id = schedules.id
    ) as rules,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', overrides.id,
            'start_at', greatest(overrides.start_at, overrides.created_at),
            'end_at', overrides.end_at,
            'add_user_id', overrides.add_user_id,
            'remove_user_id', overrides.remove_user_id
        ) order by overrides.start_at, overrides.id), '[]')
        from schedule_overrides as overrides
        where
            overrides.schedule_id = schedules.id
            and overrides.end_at > greatest(least(now(), state.history_until, $2), overrides.created_at)
    ) as overrides,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', temporary.id,
            'start_at', greatest(temporary.start_at, temporary.created_at),
            'end_at', temporary.end_at,
            'shifts', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'user_id', shifts.user_id, 'start_at', shifts.start_at, 'end_at', shifts.end_at
                ) order by shifts.start_at, shifts.user_id), '[]')
                from temporary_schedule_shifts as shifts
                where shifts.temporary_schedule_id = temporary.id
            )
        ) order by temporary.start_at, temporary.id), '[]')
        from temporary_schedules as temporary
        where
            temporary.schedule_id = schedules.id
            and temporary.end_at > greatest(least(now(), state.history_until, $2), temporary.created_at)
    ) as temporary,
    (
        select coalesce(jsonb_object_agg(on_call.user_id, on_call.because), '{}')
        from schedule_on_call_users as on_call
        where on_call.schedule_id = schedules.id and on_call.end_time is null
    ) as last_known,
    changes.changed_at,
    case
        when state.schedule_id is not null then state.history_until
        -- Its state was lost.
        when exists (select from schedule_on_call_users as on_call where on_call.schedule_id = schedules.id) then now()
    end as history_until,
    now() as now
from schedules
left join schedule_state as state on state.schedule_id = schedules.id
left join schedule_changes as changes on changes.schedule_id = schedules.id
where schedules.id = any($1::uuid[])
