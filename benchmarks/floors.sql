-- name: pick
update pgqueuer set status = 'picked', dedupe_key = null, updated = now(), heartbeat = now(), queue_manager_id = $2
where dedupe_key in (select 'alert:' || alert_id from unnest($1::bigint[]) as alert_id) and status = 'queued'

-- name: move
-- What alerts leave that enter their second step: their rows, cycles, pages that are claimed, timelines, next jobs.
with entered as (
    update escalation_policy_state as state
    set
        escalation_policy_step_id = steps.id, step_number = 1, escalation_count = state.escalation_count + 1,
        last_escalation = now(), next_escalation = now() + interval '12 hours', version = state.version + 1
    from escalation_policy_steps as steps
    where
        state.alert_id = any($1::bigint[])
        and steps.escalation_policy_id = state.escalation_policy_id
        and steps.step_number = 1
    returning state.*
),
people as (
    select entered.alert_id, users.id, users.name, methods.id as method_id
    from entered
    join ep_step_on_call_users as on_call on on_call.ep_step_id = entered.escalation_policy_step_id
    join users on users.id = on_call.user_id
    join contact_methods as methods on methods.user_id = users.id
),
begun as (
    insert into notification_policy_cycles (
        alert_id, user_id, escalation_count, step_number, loop_count, last_tick, next_tick
    )
    select people.alert_id, people.id, 2, 1, 0, now(), null from people
    returning id, alert_id
),
paged as (
    insert into outgoing_messages (
        idempotency_key, alert_id, cycle_id, user_id, contact_method_id, target_name, destination_type,
        escalation_count, step_number, status, next_attempt, attempts, claimed_by, claimed_until, written_as
    )
    select
        concat_ws(':', people.alert_id, 2, 'user', people.id, people.method_id, 0), people.alert_id, begun.id,
        people.id, people.method_id, people.name, 'webhook', 2, 1, 'sending', null, 1, $2::uuid,
        now() + interval '30 seconds', 'sending'
    from people
    join begun on begun.alert_id = people.alert_id
    returning id
),
logged as (
    insert into alert_logs (alert_id, event, reason, meta)
    select
        people.alert_id, 'escalated', 'due',
        jsonb_build_object(
            'users', jsonb_build_array(jsonb_build_object(
                'id', people.id, 'name', people.name,
                'because', jsonb_build_array(jsonb_build_object('id', people.id, 'type', 'user'))
            ))
        )
    from people
    returning id, alert_id
),
moves as (
    insert into escalation_moves (
        alert_id, log_id, state, escalation_policy_id, escalation_policy_step_id, step_number, loop_count,
        escalation_count, user_ids, due, last_escalation, next_escalation
    )
    select
        entered.alert_id, logged.id, 'escalating', entered.escalation_policy_id, entered.escalation_policy_step_id, 1,
        0, 2, array(select people.id from people where people.alert_id = entered.alert_id), now(),
        entered.last_escalation, entered.next_escalation
    from entered
    join logged on logged.alert_id = entered.alert_id
),
jobs as (
    insert into pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
    select 0, 'alert', convert_to(alert_id::text, 'UTF8'), next_escalation, 'alert:' || alert_id, 'queued'
    from entered
)
select id from paged

-- name: done
delete from pgqueuer where status = 'picked' and queue_manager_id = $1

-- name: sent
update outgoing_messages
set
    status = 'sent', reason = null, sent_at = now(), provider_reference = null, claimed_until = null,
    updated_at = now()
where id = any($1::uuid[])
