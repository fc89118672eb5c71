-- name: load
-- Running cycles, each with its alert and its user's rules. alert_moves_at: when the
-- alert's own job has something to do, if it is on the way to do so now or in a moment, but for a maintenance that holds
-- both. beside: the other cycles of the alert and the user that are due by then.
select
    cycles.id,
    cycles.alert_id,
    cycles.escalation_count,
    cycles.started_at,
    cycles.last_tick,
    cycles.next_tick,
    cycles.repeat_every,
    alerts.status,
    alerts.summary,
    alerts.dedup_key,
    held.maintenance_expires_at,
    held.maintenance_exceptions,
    held.window_ends_at,
    held.windows,
    case
        when alert_moves_within(state.*, interval '1 second') then coalesce(state.next_escalation, now())
    end as alert_moves_at,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', others.id,
            'escalation_count', others.escalation_count,
            'started_at', others.started_at,
            'last_tick', others.last_tick,
            'next_tick', others.next_tick,
            'repeat_seconds', extract(epoch from others.repeat_every)
        ) order by others.escalation_count), '[]')
        from notification_policy_cycles as others
        where
            others.alert_id = cycles.alert_id
            and others.user_id = cycles.user_id
            and others.id <> cycles.id
            and others.next_tick <= now() + interval '1 second'
    ) as beside,
    now() as now,
    paging_rules(cycles.user_id) as rules
from notification_policy_cycles as cycles
join alerts on alerts.id = cycles.alert_id
join services on services.id = alerts.service_id
join service_maintenance as held on held.service_id = services.id
left join escalation_policy_state as state on state.alert_id = alerts.id
where cycles.id = any($1::uuid[]) and cycles.ended_at is null

-- name: hold
update notification_policy_cycles set next_tick = $3
where id = $1 and ended_at is null and last_tick is not distinct from $2
returning true as done

-- name: end
update notification_policy_cycles set ended_at = now(), end_reason = $3, next_tick = null
where id = $1 and ended_at is null and last_tick is not distinct from $2
returning true as done
