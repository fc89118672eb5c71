-- name: go_on
-- Nothing when another engine has gone on from there meanwhile. Empty begins the next round.
update engine_walk
set after = $3, rounds = rounds + case when $3 = '' then 1 else 0 end
where kind = $1 and after = $2 and rounds = $4
returning true

-- name: progress
-- How far the round has come with a kind, and how many engines share its objects.
select progress.after, progress.rounds, engines_alive() as engines
from engine_walk as progress
where progress.kind = $1

-- name: count
-- How many objects of a kind there are.
select case $1::text
    when 'rotation' then (select count(*) from rotations)
    when 'schedule' then (select count(*) from schedules)
    when 'policy' then (select count(*) from escalation_policies)
    when 'service' then (select count(*) from services)
    when 'heartbeat' then (select count(*) from heartbeat_monitors)
    when 'closing' then (select count(*) from alert_closings)
    when 'alert' then (select count(*) from escalation_policy_state)
end

-- name: rotation_ids
select id::text from rotations
where id > coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid order by rotations.id limit $2

-- name: schedule_ids
select id::text from schedules
where id > coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid order by schedules.id limit $2

-- name: policy_ids
select id::text from escalation_policies
where id > coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid
order by escalation_policies.id limit $2

-- name: service_ids
select id::text from services
where id > coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid order by services.id limit $2

-- name: heartbeat_ids
select id::text from heartbeat_monitors
where id > coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid
order by heartbeat_monitors.id limit $2

-- name: alert_ids
-- Open alerts and rows of escalation: neither should be without the other.
select both_kinds.id::text
from (
    (
        select alerts.id from alerts
        where alerts.status <> 'closed' and alerts.id > coalesce(nullif($1, ''), '0')::bigint
        order by alerts.id limit $2
    )
    union
    (
        select state.alert_id from escalation_policy_state as state
        where state.alert_id > coalesce(nullif($1, ''), '0')::bigint
        order by state.alert_id limit $2
    )
) as both_kinds (id)
order by both_kinds.id
limit $2

-- name: closing_ids
-- Open alerts of services that close them, and rows that say when one closes. Alerts are not read when no service does.
select both_kinds.id::text
from (
    (
        select alerts.id
        from alerts
        join services on services.id = alerts.service_id
        where
            exists (select from services as closing where closing.auto_close_after is not null)
            and alerts.status <> 'closed'
            and services.auto_close_after is not null
            and alerts.id > coalesce(nullif($1, ''), '0')::bigint
        order by alerts.id limit $2
    )
    union
    (
        select closings.alert_id from alert_closings as closings
        where closings.alert_id > coalesce(nullif($1, ''), '0')::bigint
        order by closings.alert_id limit $2
    )
) as both_kinds (id)
order by both_kinds.id
limit $2

-- name: left_alone
-- Those of some objects whose job leaves them alone now: it is not due, does not run, and is not tried again or parked.
select found.kind, found.id
from unnest($1::text[], $2::text[]) as found (kind, id)
where not exists (
    select from engine_jobs_of(found.kind, found.id) as job
    where
        job.status in ('picked', 'failed')
        or (job.status = 'queued' and (job.attempts > 0 or job.execute_after <= now()))
)

-- name: policy_suspects
-- Those of some policies that are worth a closer look: all but those each of whose mirrors names the users, with the
-- causes, that the step's targets and the rows of rotations and schedules name.
select policies.id::text as id
from escalation_policies as policies
where
    policies.id = any($1::uuid[])
    and exists (
        select from escalation_policy_steps as steps
        where
            steps.escalation_policy_id = policies.id
            and (
                select jsonb_object_agg(on_call.user_id, on_call.because)
                from ep_step_on_call_users as on_call
                where on_call.ep_step_id = steps.id and on_call.end_time is null
            ) is distinct from (
                select jsonb_object_agg(named.user_id, named.because)
                from (
                    select
                        whom.user_id,
                        jsonb_agg(
                            jsonb_build_object('type', whom.type, 'id', whom.id) || whom.by
                            order by targets.position, targets.id
                        ) as because
                    from escalation_policy_step_targets as targets
                    cross join lateral (
                        select 'user' as type, targets.user_id as id, targets.user_id, '{}'::jsonb as by
                        where targets.user_id is not null
                        union all
                        select 'rotation', targets.rotation_id, participants.user_id, '{}'
                        from rotation_state as state
                        join rotation_participants as participants on participants.id = state.rotation_participant_id
                        where state.rotation_id = targets.rotation_id
                        union all
                        select
                            'schedule', targets.schedule_id, on_call.user_id,
                            case when on_call.because = '[]' then '{}' else jsonb_build_object('by', on_call.because) end
                        from schedule_on_call_users as on_call
                        where on_call.schedule_id = targets.schedule_id and on_call.end_time is null
                    ) as whom
                    where targets.escalation_policy_step_id = steps.id
                    group by whom.user_id
                ) as named
            )
    )

-- name: alert_suspects
-- Those of some alerts that are worth a closer look: all but those that are triggered, stand where their last move left
-- them, on a step of their service's own policy, and have the cycles of that move. due: when they should move, by that.
select
    alerts.id::text as id,
    case when move.log_id is null then alerts.created_at else move.next_escalation end as due
from alerts
left join escalation_policy_state as state on state.alert_id = alerts.id
left join services on services.id = state.service_id
left join escalation_policy_steps as steps on steps.id = state.escalation_policy_step_id
left join lateral (
    select moves.log_id, moves.state, moves.next_escalation, moves.escalation_count, moves.user_ids
    from escalation_moves as moves
    where moves.alert_id = alerts.id
    order by moves.log_id desc
    limit 1
) as move on true
where
    alerts.id = any($1::bigint[])
    and (
        alerts.status = 'triggered'
        and state.state in ('escalating', 'exhausted')
        and state.state = move.state
        and state.next_escalation is not distinct from move.next_escalation
        and state.escalation_policy_id = services.escalation_policy_id
        and state.escalation_policy_id = steps.escalation_policy_id
        and cardinality(move.user_ids) <= (
            select count(*) from notification_policy_cycles as cycles
            where cycles.alert_id = alerts.id and cycles.escalation_count = move.escalation_count
        )
    ) is not true

-- name: cycle_suspects
-- The cycles of some alerts that may have something to do: those that wait or repeat, those whose alert is no longer
-- triggered, and those with a notification rule that has not been worked through.
select cycles.id::text as id, cycles.next_tick as due
from notification_policy_cycles as cycles
join alerts on alerts.id = cycles.alert_id
where
    cycles.alert_id = any($1::bigint[])
    and cycles.ended_at is null
    and (
        cycles.next_tick is not null
        or cycles.repeat_every is not null
        or alerts.status <> 'triggered'
        or exists (
            select from notification_rules as rules
            where
                rules.user_id = cycles.user_id
                and cycles.started_at + rules.delay > coalesce(cycles.last_tick, '-infinity')
        )
    )

-- name: pages
-- Pages that go out later than any retry puts them off, or at no moment. $1 is how long the receiver of one that has been
-- tried may put it off. Those that a maintenance holds are no such up to its end, nor while the service's own job is due,
-- which is to find that first.
select 'page' as kind, messages.id::text as id, 'page_put_off' as reason, messages.created_at as due
from outgoing_messages as messages
join alerts on alerts.id = messages.alert_id
join service_maintenance as held on held.service_id = alerts.service_id
left join service_state on service_state.service_id = alerts.service_id
where
    messages.status = 'pending'
    and messages.next_attempt > now() + interval '2 minutes' + case when messages.attempts > 0 then $1::interval else '0' end
    and not (
        messages.reason is not distinct from 'in_maintenance'
        and coalesce(
            messages.next_attempt <= held.stored_until
            or service_state.next_change <= now(),
            false
        )
    )
union all
select 'page', messages.id::text, 'page_put_off', messages.created_at
from outgoing_messages as messages
where messages.status = 'pending' and messages.next_attempt is null
union all
select 'page', messages.id::text, 'page_put_off', messages.created_at
from outgoing_messages as messages
where messages.status = 'sending' and messages.claimed_until > now() + interval '2 minutes'
union all
select 'page', messages.id::text, 'page_put_off', messages.created_at
from outgoing_messages as messages
where messages.status = 'sending' and messages.claimed_until is null
