-- name: of_policies
-- Steps of some policies in order, with their targets and whom they would page now.
select
    steps.id,
    steps.escalation_policy_id,
    steps.step_number,
    steps.delay,
    steps.if_nobody,
    steps.ack_by,
    (
        select coalesce(jsonb_agg(step_target(targets) order by targets.position, targets.id), '[]')
        from escalation_policy_step_targets as targets
        where targets.escalation_policy_step_id = steps.id
    ) as targets,
    (
        select coalesce(jsonb_agg(
            jsonb_build_object('user_id', users.id, 'name', users.name, 'because', on_call.because) order by on_call.id
        ), '[]')
        from ep_step_on_call_users as on_call
        join users on users.id = on_call.user_id
        where on_call.ep_step_id = steps.id and on_call.end_time is null
    ) as on_call
from escalation_policy_steps as steps
where steps.escalation_policy_id = any($1::uuid[])
order by steps.escalation_policy_id, steps.step_number

-- name: hold_alerts
-- Alerts that stand on a step that goes are held before the step is, in the order that the engine keeps.
select state.alert_id
from escalation_policy_state as state
join escalation_policy_steps as steps on steps.id = state.escalation_policy_step_id
where steps.escalation_policy_id = $1 and steps.id <> all($2::uuid[])
order by state.alert_id
for no key update of state

-- name: delete_others
delete from escalation_policy_steps where escalation_policy_id = $1 and id <> all($2::uuid[])

-- name: insert
insert into escalation_policy_steps (escalation_policy_id, step_number, delay, if_nobody, ack_by)
values ($1, $2, $3, $4, $5)
returning id

-- name: update
update escalation_policy_steps set step_number = $2, delay = $3, if_nobody = $4, ack_by = $5 where id = $1

-- name: delete_other_targets
delete from escalation_policy_step_targets
where
    escalation_policy_step_id = $1
    and coalesce(user_id, channel_id, rotation_id, schedule_id) <> all($2::uuid[])

-- name: put_user
insert into escalation_policy_step_targets as target (escalation_policy_step_id, position, user_id)
values ($1, $2, $3)
on conflict (escalation_policy_step_id, user_id) do update set position = excluded.position
where target.position <> excluded.position

-- name: put_channel
insert into escalation_policy_step_targets as target (escalation_policy_step_id, position, channel_id)
values ($1, $2, $3)
on conflict (escalation_policy_step_id, channel_id) do update set position = excluded.position
where target.position <> excluded.position

-- name: put_rotation
insert into escalation_policy_step_targets as target (escalation_policy_step_id, position, rotation_id)
values ($1, $2, $3)
on conflict (escalation_policy_step_id, rotation_id) do update set position = excluded.position
where target.position <> excluded.position

-- name: put_schedule
insert into escalation_policy_step_targets as target (escalation_policy_step_id, position, schedule_id)
values ($1, $2, $3)
on conflict (escalation_policy_step_id, schedule_id) do update set position = excluded.position
where target.position <> excluded.position

-- name: target_names
select id, name from users where id = any($1::uuid[])
union all
select id, name from channels where id = any($1::uuid[])
union all
select id, name from rotations where id = any($1::uuid[])
union all
select id, name from schedules where id = any($1::uuid[])

-- name: find_targets
-- Everything that a step can notify whose name holds $1, up to $2 of each kind.
select found.type, found.id, found.name, found.detail
from (
    (
        select 1 as place, 'schedule' as type, schedules.id, schedules.name, schedules.time_zone as detail
        from schedules
        where strpos(folded(schedules.name), folded($1)) > 0
        order by lower(schedules.name)
        limit $2
    )
    union all
    (
        select 2, 'rotation', rotations.id, rotations.name, rotations.type
        from rotations
        where strpos(folded(rotations.name), folded($1)) > 0
        order by lower(rotations.name)
        limit $2
    )
    union all
    (
        select 3, 'user', users.id, users.name, users.email
        from users
        where strpos(folded(users.name), folded($1)) > 0 or strpos(folded(users.email), folded($1)) > 0
        order by lower(users.name), users.id
        limit $2
    )
    union all
    (
        select 4, 'channel', channels.id, channels.name, channels.type
        from channels
        where strpos(folded(channels.name), folded($1)) > 0
        order by lower(channels.name)
        limit $2
    )
) as found
order by found.place, lower(found.name), found.id
