-- What a forecast looks at, read in one transaction.

-- name: service
-- A service with all that holds its alerts, and its policy's id and that of the catch-all.
select
    services.id,
    services.escalation_policy_id,
    policies.catch_all_policy_id,
    held.maintenance_expires_at,
    held.maintenance_exceptions,
    held.window_ends_at,
    held.windows,
    now() as now
from services
join service_maintenance as held on held.service_id = services.id
join escalation_policies as policies on policies.id = services.escalation_policy_id
where services.id = $1

-- name: alert
-- An alert, and where it stands while it is open.
select
    alerts.id,
    alerts.service_id,
    alerts.status,
    alerts.summary,
    alerts.dedup_key,
    state.state,
    policy_climbed(state.*, policies.*) as state_policy_id,
    state.escalation_policy_step_id as step_id,
    state.step_number,
    state.loop_count,
    state.escalation_count,
    state.version,
    state.next_escalation,
    is_caught(state.*, policies.*) as is_caught,
    acknowledgement_ends(alerts.*, services.*) as acknowledgement_ends,
    state.force_escalation,
    state.force_step_id
from alerts
join services on services.id = alerts.service_id
join escalation_policies as policies on policies.id = services.escalation_policy_id
left join escalation_policy_state as state on state.alert_id = alerts.id
where alerts.id = $1

-- name: cycles
-- The alert's running cycles.
select
    cycles.user_id,
    cycles.escalation_count,
    cycles.started_at,
    cycles.last_tick,
    cycles.next_tick,
    cycles.repeat_every,
    cycles.step_number,
    cycles.loop_count
from notification_policy_cycles as cycles
where cycles.alert_id = $1 and cycles.ended_at is null and cycles.next_tick is not null
order by cycles.escalation_count, cycles.user_id

-- name: pages
-- The alert's pages that are written and wait to be sent, and what decides whether they will be.
select
    users.id as user_id,
    messages.contact_method_id,
    messages.channel_id,
    messages.step_number,
    messages.loop_count,
    messages.reason,
    messages.next_attempt,
    later_page_goes(messages.*) as later_page_goes,
    coalesce(methods.id, channels.id) is not null as destination_exists,
    coalesce(methods.enabled, channels.id is not null) as destination_enabled,
    coalesce(cycles.ended_at is not null, false) as cycle_ended,
    coalesce(cycles.repeat_every is not null, false) as outlives_acknowledgement
from outgoing_messages as messages
left join users on users.id = messages.user_id
left join contact_methods as methods on methods.id = messages.contact_method_id
left join channels on channels.id = messages.channel_id
left join notification_policy_cycles as cycles on cycles.id = messages.cycle_id
where messages.alert_id = $1 and messages.status = 'pending' and messages.next_attempt is not null
order by messages.next_attempt, messages.id

-- name: users
-- Users, each with the notification rules whose contact method is enabled, and the methods that those name.
select
    users.id,
    users.name,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', rules.id,
            'contact_method_id', rules.contact_method_id,
            'delay_seconds', extract(epoch from rules.delay),
            'since', rules.created_at,
            'enabled', true
        ) order by rules.delay, rules.id), '[]')
        from active_notification_rules as rules
        where rules.user_id = users.id
    ) as rules,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', methods.id, 'name', methods.name, 'type', methods.type
        )), '[]')
        from contact_methods as methods
        where methods.user_id = users.id
    ) as methods
from users
where users.id = any($1::uuid[])

-- name: channels
select channels.id, channels.name, channels.type from channels where channels.id = any($1::uuid[])
