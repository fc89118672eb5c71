-- name: due
-- The alerts to move, the longest overdue first, but for some that were tried already ($2). $1 is how many at most.
select state.alert_id
from escalation_policy_state as state
where state.next_escalation <= now() and state.state in ('new', 'escalating', 'nobody') and state.alert_id <> all($2)
order by state.next_escalation, state.alert_id
limit $1

-- name: escalate
-- No part of it joins two others: when a storm comes, statistics still say that nothing is due, and they would be nested
-- loops over all of it. Every due alert goes where it should: to the next step that pages somebody or waits, or to rest. $1 is how many at most
-- (null: all), $2 whether the new ones or the others (null: both).
with due as (
    select
        state.alert_id,
        state.state,
        state.loop_count,
        state.next_escalation as due_at,
        policies.id as policy_id,
        policies.repeat,
        coalesce(state.step_number + 1, 0) as wanted
    from escalation_policy_state as state
    join alerts on alerts.id = state.alert_id
    join services on services.id = state.service_id
    join escalation_policies as policies on policies.id = services.escalation_policy_id
    where
        state.next_escalation <= now()
        and alerts.status = 'triggered'
        and ($2::boolean is null or (state.state = 'new') = $2)
        and (services.maintenance_expires_at is null or services.maintenance_expires_at <= now())
        and true /* all alerts */
    order by state.next_escalation, state.alert_id
    limit $1
    for update of state skip locked
),
climbed as (
    select
        due.alert_id, due.due_at, due.policy_id, due.repeat,
        case
            when due.state = 'new' then 'first_step'
            when due.state = 'nobody' then 'looked_again'
            else 'delay_passed'
        end as reason,
        step.id as step_id, step.step_number, step.delay, step.ack_by,
        due.loop_count + case when step.step_number < due.wanted or step.id is null then 1 else 0 end as loop_count
    from due
    left join lateral (
        select steps.id, steps.step_number, steps.delay, steps.ack_by
        from escalation_policy_steps as steps
        where
            steps.escalation_policy_id = due.policy_id
            and (
                steps.if_nobody = 'wait'
                or exists (
                    select from escalation_policy_step_targets as targets
                    where targets.escalation_policy_step_id = steps.id and targets.channel_id is not null
                )
                or exists (
                    select from ep_step_on_call_users as on_call
                    join notification_rules as rules on rules.user_id = on_call.user_id
                    join contact_methods as methods on methods.id = rules.contact_method_id and methods.enabled
                    where on_call.ep_step_id = steps.id and on_call.end_time is null
                )
            )
        order by steps.step_number < due.wanted, steps.step_number
        limit 1
    ) as step on true
),
moved as (
    update escalation_policy_state as state
    set
        escalation_policy_id = climbed.policy_id,
        escalation_policy_step_id = climbed.step_id,
        step_number = climbed.step_number,
        loop_count = climbed.loop_count,
        escalation_count = state.escalation_count + 1,
        state = 'escalating',
        force_escalation = false,
        last_escalation = now(),
        next_escalation = now() + climbed.delay,
        version = state.version + 1
    from climbed
    where
        state.alert_id = climbed.alert_id
        and climbed.step_id is not null
        and (climbed.repeat is null or climbed.loop_count <= climbed.repeat)
    returning
        state.alert_id, state.escalation_count, state.step_number, state.loop_count,
        climbed.step_id, climbed.delay, climbed.ack_by, climbed.due_at, climbed.reason
),
rested as (
    update escalation_policy_state as state
    set
        loop_count = case when climbed.loop_count > climbed.repeat then state.loop_count else climbed.loop_count end,
        state = case when climbed.loop_count > climbed.repeat then 'exhausted' else 'nobody' end,
        force_escalation = false,
        next_escalation = case
            when climbed.loop_count > climbed.repeat then null
            else now() + (
                select sum(steps.delay) from escalation_policy_steps as steps
                where steps.escalation_policy_id = climbed.policy_id
            )
        end,
        version = state.version + 1
    from climbed
    where
        state.alert_id = climbed.alert_id
        and (climbed.step_id is null or climbed.loop_count > climbed.repeat)
    returning state.alert_id, state.state, climbed.step_id
),
cycles as (
    insert into notification_policy_cycles (
        alert_id, user_id, escalation_count, step_number, loop_count, repeat_every
    )
    select
        moved.alert_id, on_call.user_id, moved.escalation_count, moved.step_number, moved.loop_count,
        case when moved.ack_by = 'everyone' then moved.delay end
    from moved
    join ep_step_on_call_users as on_call on on_call.ep_step_id = moved.step_id and on_call.end_time is null
    where exists (
        select from notification_rules as rules
        join contact_methods as methods on methods.id = rules.contact_method_id and methods.enabled
        where rules.user_id = on_call.user_id
    )
    on conflict (alert_id, escalation_count, user_id) do nothing
),
pages as (
    insert into outgoing_messages (
        idempotency_key, alert_id, channel_id, target_name, destination_type,
        escalation_count, step_number, loop_count, written_as
    )
    select
        concat_ws(':', moved.alert_id, moved.escalation_count, 'channel', channels.id),
        moved.alert_id, channels.id, channels.name, channels.type,
        moved.escalation_count, moved.step_number, moved.loop_count, 'pending'
    from moved
    join escalation_policy_step_targets as targets on targets.escalation_policy_step_id = moved.step_id
    join channels on channels.id = targets.channel_id
    on conflict do nothing
),
logs as (
    insert into alert_logs (alert_id, event, reason, meta)
    select
        moved.alert_id, 'escalated', moved.reason,
        jsonb_build_object(
            'step_id', moved.step_id,
            'step_number', moved.step_number,
            'loop_count', moved.loop_count,
            'users', coalesce(people.reachable, '[]'),
            'unreachable', coalesce(people.unreachable, '[]'),
            'next_in_seconds', extract(epoch from moved.delay),
            'due_at', moved.due_at
        )
    from moved
    cross join lateral (
        select
            jsonb_agg(person.view) filter (where person.reachable) as reachable,
            jsonb_agg(person.view) filter (where not person.reachable) as unreachable
        from (
            select
                jsonb_build_object('id', users.id, 'name', users.name, 'because', on_call.because) as view,
                exists (
                    select from notification_rules as rules
                    join contact_methods as methods on methods.id = rules.contact_method_id and methods.enabled
                    where rules.user_id = users.id
                ) as reachable
            from ep_step_on_call_users as on_call
            join users on users.id = on_call.user_id
            where on_call.ep_step_id = moved.step_id and on_call.end_time is null
        ) as person
    ) as people
    union all
    select
        rested.alert_id,
        case when rested.state = 'exhausted' then 'exhausted' else 'nobody_on_call' end,
        case when rested.step_id is null then 'nobody_on_call' else 'rounds_used_up' end,
        '{}'
    from rested
)
select (select count(*) from moved) + (select count(*) from rested)

-- name: tick
-- The due pages of every due cycle. $1 is how many cycles at most (null: all).
with due as (
    select
        cycles.id, cycles.alert_id, cycles.user_id, cycles.escalation_count, cycles.step_number, cycles.loop_count,
        cycles.started_at, cycles.last_tick
    from notification_policy_cycles as cycles
    join alerts on alerts.id = cycles.alert_id
    where
        cycles.next_tick <= now()
        and cycles.ended_at is null
        and alerts.status = 'triggered'
        and true /* all alerts */
    order by cycles.next_tick, cycles.id
    limit $1
    for update of cycles skip locked
),
planned as (
    select
        due.id as cycle_id, due.last_tick, due.alert_id, due.user_id,
        due.escalation_count, due.step_number, due.loop_count,
        rules.id as rule_id, methods.id as method_id, methods.type, users.name,
        due.started_at + rules.delay as moment
    from due
    join users on users.id = due.user_id
    join notification_rules as rules on rules.user_id = due.user_id
    join contact_methods as methods on methods.id = rules.contact_method_id and methods.enabled
),
pages as (
    insert into outgoing_messages (
        idempotency_key, alert_id, cycle_id, user_id, contact_method_id, target_name, destination_type,
        escalation_count, step_number, loop_count, written_as
    )
    select
        concat_ws(':', planned.alert_id, planned.escalation_count, 'user', planned.user_id, planned.rule_id, 0),
        planned.alert_id, planned.cycle_id, planned.user_id, planned.method_id, planned.name, planned.type,
        planned.escalation_count, planned.step_number, planned.loop_count, 'pending'
    from planned
    where planned.moment <= now() and (planned.last_tick is null or planned.moment > planned.last_tick)
    on conflict do nothing
),
moved as (
    update notification_policy_cycles as cycles
    set
        last_tick = now(),
        next_tick = (
            select min(due.started_at + rules.delay)
            from notification_rules as rules
            join contact_methods as methods on methods.id = rules.contact_method_id and methods.enabled
            where rules.user_id = due.user_id and due.started_at + rules.delay > now()
        )
    from due
    where cycles.id = due.id
    returning cycles.id
)
select count(*) from moved
