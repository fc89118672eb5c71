-- name: insert
insert into rotations (team_id, name, description, time_zone, type, shift_length, start_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning id

-- name: get
select * from rotation_records where id = $1

-- name: lock
-- Whatever refers to the rotation can still be written meanwhile, the engine's rows among it.
select id from rotations where id = $1 for no key update

-- name: hold_state
-- Each change of a rotation and of its participants locks the rotation's job, which comes after the state (see the order
-- of locks in tocsin.engine).
select from rotation_state where rotation_id = $1 for no key update

-- name: list
select * from rotation_records
where
    ($1::text is null or strpos(folded(name), folded($1)) > 0)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update rotations
set team_id = $2, name = $3, description = $4, time_zone = $5, type = $6, shift_length = $7, start_at = $8
where id = $1

-- name: participants
select
    participants.id,
    participants.user_id,
    state.rotation_participant_id as active_id,
    state.position as active_position
from rotation_participants as participants
left join rotation_state as state on state.rotation_id = participants.rotation_id
where participants.rotation_id = $1
order by participants.position

-- name: delete_other_participants
delete from rotation_participants where rotation_id = $1 and id <> all($2::uuid[])

-- name: move_participants
update rotation_participants as participants
set position = place.position
from unnest($2::uuid[], $3::integer[]) as place (id, position)
where participants.rotation_id = $1 and participants.id = place.id and participants.position <> place.position

-- name: add_participants
insert into rotation_participants (rotation_id, user_id, position)
select $1, place.user_id, place.position
from unnest($2::uuid[], $3::integer[]) as place (user_id, position)

-- name: hand_to
-- Whoever stands here is active next, once the engine finds that the active one is gone.
update rotation_state set position = $2, version = version + 1 where rotation_id = $1

-- name: activate
-- Somebody is made active by hand. The engine's next look finds the version moved.
with noted as (
    select note_rotation_change($1)
)
insert into rotation_state as state (rotation_id, position, rotation_participant_id, shift_start, shift_end)
select $1, $2, $3, $4, $5 from noted
on conflict (rotation_id) do update
set
    position = excluded.position,
    rotation_participant_id = excluded.rotation_participant_id,
    shift_start = excluded.shift_start,
    shift_end = excluded.shift_end,
    version = state.version + 1

-- name: uses
select uses.kind, uses.id, uses.name
from (
    select 'schedule' as kind, schedules.id, schedules.name
    from schedules
    where schedules.id in (select rules.schedule_id from schedule_rules as rules where rules.rotation_id = $1)
    union all
    select 'escalation policy', policies.id, policies.name
    from escalation_policies as policies
    where policies.id in (
        select steps.escalation_policy_id
        from escalation_policy_step_targets as targets
        join escalation_policy_steps as steps on steps.id = targets.escalation_policy_step_id
        where targets.rotation_id = $1
    )
) as uses
order by lower(uses.name), uses.kind
limit 100

-- name: delete
delete from rotations where id = $1
