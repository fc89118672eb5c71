-- name: insert
insert into escalation_policies (team_id, name, description, repeat, catch_all_policy_id)
values ($1, $2, $3, $4, $5)
returning id

-- name: get
select * from policy_records where id = $1

-- name: lock
select * from policy_records where id = $1 for no key update

-- name: named
select id from escalation_policies where lower(name) = lower($1)

-- name: list
select * from policy_records
where
    ($1::text is null or strpos(folded(name), folded($1)) > 0)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update escalation_policies
set team_id = $2, name = $3, description = $4, repeat = $5, catch_all_policy_id = $6
where id = $1

-- name: uses
-- The services that use the policy, and the policies whose catch-all it is.
select uses.kind, uses.id, uses.name
from (
    select 'service' as kind, id, name from services where escalation_policy_id = $1
    union all
    select 'escalation policy', id, name from escalation_policies where catch_all_policy_id = $1
) as uses
order by uses.kind desc, lower(uses.name)
limit 100

-- name: hold_alerts
-- Alerts that stand on the policy though their service has another one by now, before the deletion takes them off it.
select alert_id from escalation_policy_state
where alert_id in (
    select state.alert_id from escalation_policy_state as state where state.escalation_policy_id = $1
    union
    select state.alert_id
    from escalation_policy_steps as steps
    join escalation_policy_state as state on state.escalation_policy_step_id = steps.id
    where steps.escalation_policy_id = $1
)
order by alert_id
for no key update

-- name: delete
delete from escalation_policies where id = $1

-- name: team
-- Whose the policy is.
select team_id from escalation_policies where id = $1
