-- name: load
-- Running cycles, each with its alert and its user's rules whose contact method is enabled. alert_moves: the alert's own
-- job has something to do now, but for a maintenance that holds both.
select
    cycles.id,
    cycles.alert_id,
    cycles.started_at,
    cycles.last_tick,
    cycles.next_tick,
    cycles.repeat_every,
    alerts.status,
    alerts.summary,
    alerts.dedup_key,
    greatest(services.maintenance_expires_at, service_state.window_ends_at) as maintenance_until,
    case when service_state.next_change <= now() then maintenance_windows_of(services.id) end as windows,
    services.maintenance_exceptions,
    coalesce(
        alerts.status = 'triggered' and (state.next_escalation <= now() or state.state = 'maintenance'), false
    ) as alert_moves,
    now() as now,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', rules.id,
            'contact_method_id', rules.contact_method_id,
            'delay_seconds', extract(epoch from rules.delay),
            'since', rules.created_at
        )), '[]')
        from notification_rules as rules
        join contact_methods as methods on methods.id = rules.contact_method_id
        where rules.user_id = cycles.user_id and methods.enabled
    ) as rules
from notification_policy_cycles as cycles
join alerts on alerts.id = cycles.alert_id
join services on services.id = alerts.service_id
left join service_state on service_state.service_id = services.id
left join escalation_policy_state as state on state.alert_id = alerts.id
where cycles.id = any($1::uuid[]) and cycles.ended_at is null

-- name: tick
-- Move the cycle on and write its due pages. Nothing when another run has moved it.
with moved as (
    update notification_policy_cycles
    set last_tick = $3, next_tick = $4
    where id = $1 and ended_at is null and last_tick is not distinct from $2
    returning id, alert_id, user_id, escalation_count, step_number, loop_count
),
pages as (
    insert into outgoing_messages (
        idempotency_key, alert_id, cycle_id, user_id, contact_method_id, target_name, destination_type,
        escalation_count, step_number, loop_count, status, reason, next_attempt
    )
    select
        concat_ws(':', moved.alert_id, moved.escalation_count, 'user', moved.user_id, page.rule_id, page.round),
        moved.alert_id, moved.id, moved.user_id, methods.id, users.name, methods.type,
        moved.escalation_count, moved.step_number, moved.loop_count,
        case when page.bundled then 'bundled' else 'pending' end,
        case when page.bundled then 'later_page_says_it' end,
        case when page.bundled then null else now() end
    from moved
    join users on users.id = moved.user_id
    cross join unnest($5::uuid[], $6::uuid[], $7::bigint[], $8::boolean[])
        as page (rule_id, contact_method_id, round, bundled)
    join contact_methods as methods on methods.id = page.contact_method_id
    on conflict (idempotency_key) do nothing
)
select true as done from moved

-- name: hold
update notification_policy_cycles set next_tick = $3
where id = $1 and ended_at is null and last_tick is not distinct from $2
returning true as done

-- name: end
update notification_policy_cycles set ended_at = now(), end_reason = $3, next_tick = null
where id = $1 and ended_at is null and last_tick is not distinct from $2
returning true as done
