-- name: load
-- Policies with their steps in order, the targets of each, whom its mirror names now, up to when the mirror's rows tell
-- whom it named, and when people last changed the targets.
select
    policies.id,
    policies.repeat,
    policies.catch_all_policy_id,
    (
        select coalesce(jsonb_agg(
            steps.definition || jsonb_build_object(
                'mirror', (
                    select coalesce(jsonb_object_agg(on_call.user_id, on_call.because), '{}')
                    from ep_step_on_call_users as on_call
                    where on_call.ep_step_id = steps.step_id and on_call.end_time is null
                ),
                'history_until', coalesce(
                    history.history_until,
                    -- It was lost.
                    (select now() from ep_step_on_call_users as on_call where on_call.ep_step_id = steps.step_id limit 1)
                ),
                'changed_at', coalesce(history.changed_at, now())
            ) order by steps.step_number
        ), '[]')
        from step_definitions as steps
        left join ep_step_history as history on history.ep_step_id = steps.step_id
        where steps.escalation_policy_id = policies.id
    ) as steps,
    now() as now
from escalation_policies as policies
where policies.id = any($1::uuid[])

-- name: people
select users.id, users.name, reachability.is_reachable as reachable, paging_rules(users.id) as rules
from users
join user_reachability as reachability on reachability.user_id = users.id
where users.id = any($1::uuid[])

-- name: lock
-- Held by whoever writes mirrors of the policy's steps, before any other row: its steps stay, and one writes at a time.
select id from escalation_policies where id = $1 for no key update

-- name: mirror
-- Whom a step would page, up to $2: stints end and start by difference, at the moments that were planned. $3 holds what
-- becomes of the open rows, $4 the new ones; the open ones are done with first, since a user may come back.
with told as (
    insert into ep_step_history as history (ep_step_id, history_until)
    select steps.id, $2 from escalation_policy_steps as steps where steps.id = $1
    on conflict (ep_step_id) do update set history_until = excluded.history_until
    returning history.ep_step_id
),
changed as (
    update ep_step_on_call_users as on_call
    set end_time = stint.end_time, because = stint.because
    from told
    cross join jsonb_to_recordset($3::jsonb) as stint (user_id uuid, end_time timestamptz, because jsonb)
    where on_call.ep_step_id = told.ep_step_id and on_call.user_id = stint.user_id and on_call.end_time is null
    returning on_call.id
)
insert into ep_step_on_call_users as on_call (ep_step_id, user_id, because, start_time, end_time)
select told.ep_step_id, users.id, stint.because, stint.start_time, stint.end_time
from told
cross join (select count(*) from changed) as before
cross join jsonb_to_recordset($4::jsonb)
    as stint (user_id uuid, start_time timestamptz, end_time timestamptz, because jsonb)
join users on users.id = stint.user_id
order by stint.start_time, stint.user_id
on conflict (ep_step_id, user_id) where end_time is null do update
set because = excluded.because
