-- Steps of some policies in order, with their targets and whom they would page now.
-- name: of_policies
select
    escalation_policy_steps.id,
    escalation_policy_steps.escalation_policy_id,
    escalation_policy_steps.step_number,
    escalation_policy_steps.delay,
    escalation_policy_steps.if_nobody,
    escalation_policy_steps.ack_by,
    coalesce(targets.targets, '[]') as targets,
    coalesce(targets.on_call, '[]') as on_call
from escalation_policy_steps
cross join lateral (
    select
        jsonb_agg(
            jsonb_build_object(
                'type', case when target.user_id is not null then 'user' else 'channel' end,
                'id', coalesce(target.user_id, target.channel_id)
            ) order by target.position, target.id
        ) as targets,
        jsonb_agg(
            jsonb_build_object('user_id', users.id, 'name', users.name) order by target.position, target.id
        ) filter (where users.id is not null) as on_call
    from escalation_policy_step_targets as target
    left join users on users.id = target.user_id
    where target.escalation_policy_step_id = escalation_policy_steps.id
) as targets
where escalation_policy_steps.escalation_policy_id = any($1::uuid[])
order by escalation_policy_steps.escalation_policy_id, escalation_policy_steps.step_number

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
where escalation_policy_step_id = $1 and coalesce(user_id, channel_id) <> all($2::uuid[])

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
