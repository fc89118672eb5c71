-- name: load
-- Policies with their steps in order, the targets of each, and whom its mirror names now.
select
    policies.id,
    policies.repeat,
    policies.catch_all_policy_id,
    (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'id', steps.id,
                'delay_seconds', extract(epoch from steps.delay),
                'if_nobody', steps.if_nobody,
                'ack_by', steps.ack_by,
                'targets', (
                    select coalesce(jsonb_agg(step_target(targets) order by targets.position, targets.id), '[]')
                    from escalation_policy_step_targets as targets
                    where targets.escalation_policy_step_id = steps.id
                ),
                'mirror', (
                    select coalesce(jsonb_object_agg(on_call.user_id, on_call.because), '{}')
                    from ep_step_on_call_users as on_call
                    where on_call.ep_step_id = steps.id and on_call.end_time is null
                )
            ) order by steps.step_number
        ), '[]')
        from escalation_policy_steps as steps
        where steps.escalation_policy_id = policies.id
    ) as steps
from escalation_policies as policies
where policies.id = any($1::uuid[])

-- name: people
select
    users.id,
    users.name,
    exists (
        select from notification_rules as rules
        join contact_methods as methods on methods.id = rules.contact_method_id
        where rules.user_id = users.id and methods.enabled
    ) as reachable
from users
where users.id = any($1::uuid[])

-- name: lock
-- Held by whoever writes mirrors of the policy's steps, before any other row: its steps stay, and one writes at a time.
select id from escalation_policies where id = $1 for no key update

-- name: mirror
-- Whom a step would page from now on: stints end and start by difference. $2 holds the users, $3 why, one item a user.
with step as (
    select id from escalation_policy_steps where id = $1
),
ended as (
    update ep_step_on_call_users as on_call
    set end_time = now()
    from step
    where on_call.ep_step_id = step.id and on_call.end_time is null and on_call.user_id <> all($2::uuid[])
)
insert into ep_step_on_call_users as on_call (ep_step_id, user_id, because)
select step.id, users.id, because.value
from step
cross join unnest($2::uuid[]) with ordinality as chosen (id, number)
join users on users.id = chosen.id
join jsonb_array_elements($3::jsonb) with ordinality as because (value, number) on because.number = chosen.number
on conflict (ep_step_id, user_id) where end_time is null do update
set because = excluded.because
where on_call.because <> excluded.because
