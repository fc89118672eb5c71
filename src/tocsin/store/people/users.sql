-- name: insert
insert into users (name, email, role, password_hash)
values ($1, $2, $3, $4)
returning id

-- name: get
select * from user_records where id = $1

-- name: lock
select * from user_records where id = $1 for update

-- name: list
select * from user_records
where
    ($1::text is null or strpos(folded(name), folded($1)) > 0 or strpos(folded(email), folded($1)) > 0)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update user_records set name = $2, email = $3, role = $4 where id = $1
returning *

-- name: set_password
update users set password_hash = $2 where id = $1

-- name: delete_past_overrides
-- What has passed no longer needs its user. Its time is compared again after any wait for who is changing it.
delete from schedule_overrides where (add_user_id = $1 or remove_user_id = $1) and end_at <= now()

-- name: delete_past_shifts
delete from temporary_schedule_shifts where user_id = $1 and end_at <= now()

-- name: uses
-- Whatever names the user and is not over: its kind, id and name. An override has no name: that of its schedule, whose
-- id is within_id, stands for it.
select uses.kind, uses.id, uses.name, uses.within_id
from (
    select 'escalation policy' as kind, policies.id, policies.name, null::uuid as within_id
    from escalation_policy_step_targets as targets
    join escalation_policy_steps as steps on steps.id = targets.escalation_policy_step_id
    join escalation_policies as policies on policies.id = steps.escalation_policy_id
    where targets.user_id = $1
    union
    select 'rotation', rotations.id, rotations.name, null
    from rotation_participants as participants
    join rotations on rotations.id = participants.rotation_id
    where participants.user_id = $1
    union
    select 'schedule', schedules.id, schedules.name, null
    from schedule_rules as rules
    join schedules on schedules.id = rules.schedule_id
    where rules.user_id = $1
    union
    select 'override', overrides.id, schedules.name, schedules.id
    from schedule_overrides as overrides
    join schedules on schedules.id = overrides.schedule_id
    where overrides.add_user_id = $1 or overrides.remove_user_id = $1
    union
    select 'temporary schedule', temporary.id, schedules.name, schedules.id
    from temporary_schedule_shifts as shifts
    join temporary_schedules as temporary on temporary.id = shifts.temporary_schedule_id
    join schedules on schedules.id = temporary.schedule_id
    where shifts.user_id = $1
) as uses
order by uses.kind, lower(uses.name), uses.id
limit 100

-- name: delete
delete from users where id = $1

-- name: other_admins
select count(*) from users where role = 'admin' and id <> $1

-- name: lock_administrators
-- Held until the transaction ends by whoever makes an administrator fewer.
select pg_advisory_xact_lock(hashtext('tocsin administrators'))

-- name: password
select id, password_hash from users where lower(email) = lower($1)
