-- name: now
-- What puts a user on call now, and on which step of which policies that any service uses.
select
    because.value ->> 'type' as type,
    (because.value ->> 'id')::uuid as id,
    coalesce(rotations.name, schedules.name) as name,
    state.shift_end,
    (
        select count(*) from rotation_participants as participants where participants.rotation_id = rotations.id
    ) as participants,
    policies.id as policy_id,
    policies.name as policy_name,
    steps.step_number
from ep_step_on_call_users as on_call
cross join jsonb_array_elements(on_call.because) as because
join escalation_policy_steps as steps on steps.id = on_call.ep_step_id
join escalation_policies as policies on policies.id = steps.escalation_policy_id
left join rotations on because.value ->> 'type' = 'rotation' and rotations.id = (because.value ->> 'id')::uuid
left join rotation_state as state on state.rotation_id = rotations.id
left join schedules on because.value ->> 'type' = 'schedule' and schedules.id = (because.value ->> 'id')::uuid
where
    on_call.user_id = $1
    and on_call.end_time is null
    and exists (select from services where services.escalation_policy_id = policies.id)
order by steps.step_number, lower(policies.name), on_call.id

-- name: schedules
-- Schedules that can put a user on call, by a rule, a rotation, an override or a temporary schedule.
select schedules.id, schedules.name
from schedules
where schedules.id in (select users.schedule_id from schedule_users as users where users.user_id = $1)
order by lower(schedules.name)
limit $2

-- name: on_call
-- Policies that services use, those first that the user is on call for or whose services are their favourites or their
-- teams', with whom the first step that anybody is on call for would page now.
select
    policies.id,
    policies.name,
    found.step_number,
    coalesce(found.people, '[]') as people
from escalation_policies as policies
left join lateral (
    select
        steps.step_number,
        jsonb_agg(
            jsonb_build_object('id', users.id, 'name', users.name) order by on_call.id
        ) as people
    from escalation_policy_steps as steps
    join ep_step_on_call_users as on_call on on_call.ep_step_id = steps.id and on_call.end_time is null
    join users on users.id = on_call.user_id
    where steps.escalation_policy_id = policies.id
    group by steps.step_number
    order by steps.step_number
    limit 1
) as found on true
where policies.id = any(array(
    select nearest.id
    from (
        select
            candidates.id,
            exists (
                select
                from services
                left join favourite_services as favourites
                    on favourites.service_id = services.id and favourites.user_id = $1
                left join team_members as members on members.team_id = services.team_id and members.user_id = $1
                where
                    services.escalation_policy_id = candidates.id
                    and (favourites.user_id is not null or members.user_id is not null)
            ) or candidates.id in (
                select steps.escalation_policy_id
                from ep_step_on_call_users as on_call
                join escalation_policy_steps as steps on steps.id = on_call.ep_step_id
                where on_call.user_id = $1 and on_call.end_time is null
            ) as is_near,
            lower(candidates.name) as name
        from escalation_policies as candidates
        where exists (select from services where services.escalation_policy_id = candidates.id)
    ) as nearest
    order by nearest.is_near desc, nearest.name
    limit $2
))
order by lower(policies.name)
