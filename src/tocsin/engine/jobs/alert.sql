-- name: load
-- Alerts and where each stands, with the policy that is theirs now: their service's, or the catch-all of that.
select
    alerts.id,
    alerts.status,
    alerts.summary,
    alerts.dedup_key,
    state.state,
    policy_climbed(state.*, policies.*) as state_policy_id,
    state.escalation_policy_step_id as step_id,
    state.step_number,
    state.loop_count,
    state.next_escalation,
    is_caught(state.*, policies.*) as is_caught,
    case when is_caught(state.*, policies.*) then policies.id end as caught_from,
    acknowledgement_ends(alerts.*, services.*) as acknowledgement_ends,
    state.force_escalation,
    state.force_step_id,
    state.version,
    held.maintenance_expires_at,
    held.maintenance_exceptions,
    held.window_ends_at,
    held.windows,
    policy_to_climb(state.*, policies.*) as policy_id,
    now() as now
from alerts
join services on services.id = alerts.service_id
join escalation_policies as policies on policies.id = services.escalation_policy_id
join service_maintenance as held on held.service_id = services.id
left join escalation_policy_state as state on state.alert_id = alerts.id
where alerts.id = any($1::bigint[])

-- name: pause
-- The alert stands in a state without a step: exhausted, nobody, no_steps, maintenance. $4 is the wait until the next
-- look; $8 says to enter the step at this number again afterwards, as where the step itself has been deleted. On
-- another policy than the row's ($3, to which $9 has handed over) the alert has climbed nothing yet.
with moved as (
    update escalation_policy_state
    set
        escalation_policy_id = $3,
        state = $5,
        escalation_policy_step_id = case
            when $5 in ('nobody', 'no_steps') or $8 or (escalation_policy_id, caught_from) is distinct from ($3, $9)
                then null
            else escalation_policy_step_id
        end,
        step_number = case
            when $5 in ('nobody', 'no_steps') or (escalation_policy_id, caught_from) is distinct from ($3, $9) then null
            else step_number
        end,
        loop_count = coalesce(
            $6, case when (escalation_policy_id, caught_from) is distinct from ($3, $9) then 0 else loop_count end
        ),
        caught_from = $9,
        force_escalation = false,
        force_step_id = null,
        next_escalation = now() + $4::interval,
        version = version + 1
    where alert_id = $1 and version = $2
    returning
        alert_id, state, escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count,
        escalation_count, last_escalation, next_escalation
),
logs as (
    insert into alert_logs (alert_id, event, reason, meta)
    select moved.alert_id, entry.event, entry.reason, entry.meta
    from moved, rows from (jsonb_to_recordset($7::jsonb) as (event text, reason text, meta jsonb))
    with ordinality as entry (event, reason, meta, number)
    order by entry.number
    returning id, event
),
moves as (
    insert into escalation_moves (
        alert_id, log_id, state, escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count,
        escalation_count, last_escalation, next_escalation
    )
    select
        moved.alert_id, logs.id, moved.state, moved.escalation_policy_id, moved.caught_from,
        moved.escalation_policy_step_id, moved.step_number, moved.loop_count, moved.escalation_count,
        moved.last_escalation, moved.next_escalation
    from moved
    cross join logs
    where logs.event <> 'step_skipped'
)
select true as done from moved

-- name: stop
-- The alert is acknowledged or closed. An acknowledged alert's state row is locked, so that an escalation by hand that
-- commits meanwhile keeps its new cycles; a closed one has no row and stays closed. A row that no trigger has moved
-- with the status follows it.
with guard as (
    select state.alert_id
    from escalation_policy_state as state
    where state.alert_id = $1 and state.version = $2
    for update
),
held as (
    update escalation_policy_state as state
    set
        state = 'acknowledged', next_escalation = $4, force_escalation = false, force_step_id = null,
        version = version + 1
    from guard
    where state.alert_id = guard.alert_id and $3 = 'acknowledged' and state.state <> 'acknowledged'
),
ended as (
    delete from escalation_policy_state as state
    using guard
    where state.alert_id = guard.alert_id and $3 = 'closed'
),
stopped as (
    select $1::bigint as alert_id
    where $2::bigint is null or exists (select from guard)
)
select true as done from stopped cross join lateral stop_paging(stopped.alert_id, $3)

-- name: hand_over
-- The catch-all policy takes over: the alert is new to it, and looked at again at once.
with moved as (
    update escalation_policy_state
    set
        escalation_policy_id = $3, escalation_policy_step_id = null, step_number = null, loop_count = 0,
        state = 'new', caught_from = $5, force_escalation = false, force_step_id = null,
        next_escalation = now(), version = version + 1
    where alert_id = $1 and version = $2
    returning
        alert_id, state, escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count,
        escalation_count, last_escalation, next_escalation
),
logs as (
    insert into alert_logs (alert_id, event, reason, meta)
    select moved.alert_id, entry.event, entry.reason, entry.meta
    from moved, rows from (jsonb_to_recordset($4::jsonb) as (event text, reason text, meta jsonb))
    with ordinality as entry (event, reason, meta, number)
    order by entry.number
    returning id, event
),
moves as (
    insert into escalation_moves (
        alert_id, log_id, state, escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count,
        escalation_count, last_escalation, next_escalation
    )
    select
        moved.alert_id, logs.id, moved.state, moved.escalation_policy_id, moved.caught_from,
        moved.escalation_policy_step_id, moved.step_number, moved.loop_count, moved.escalation_count,
        moved.last_escalation, moved.next_escalation
    from moved
    cross join logs
    where logs.event <> 'step_skipped'
)
select true as done from moved

-- name: renew
-- The acknowledgement ends at $3, by the service's setting now; the alert's trigger moves the state.
with alert as (
    select id from alerts where id = $1 and status = 'acknowledged' for no key update
),
guard as (
    select state.alert_id
    from escalation_policy_state as state
    join alert on alert.id = state.alert_id
    where state.version = $2
    for update of state
),
renewed as (
    update alerts
    set acknowledged_until = $3
    from guard
    where alerts.id = guard.alert_id
    returning alerts.id
),
logs as (
    insert into alert_logs (alert_id, event, reason, meta)
    select renewed.id, 'acknowledgement_changed', $4, jsonb_strip_nulls(jsonb_build_object('until', $3))
    from renewed
)
select true as done from renewed

-- name: reopen
-- An acknowledgement has run out. The alert's row is locked first, as everywhere; its trigger moves the state. What pages
-- since before it was acknowledged ends, for there may have been no engine to see it acknowledged.
with alert as (
    select id from alerts where id = $1 and status = 'acknowledged' for no key update
),
guard as (
    select state.alert_id
    from escalation_policy_state as state
    join alert on alert.id = state.alert_id
    where state.version = $2
    for update of state
),
reopened as (
    update alerts
    set
        status = 'triggered', acknowledged_at = null, acknowledged_until = null,
        touched_at = greatest(touched_at, least(acknowledged_until, now()))
    from guard
    where alerts.id = guard.alert_id
    returning alerts.id
),
logs as (
    insert into alert_logs (alert_id, event, reason) select reopened.id, 'reopened', $3 from reopened
)
select true as done from reopened cross join lateral stop_paging(reopened.id, 'acknowledged')
