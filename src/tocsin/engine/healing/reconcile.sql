-- name: go_on
-- Nothing when another engine has gone on from there meanwhile. Empty begins the next round.
update engine_walk
set after = $3, rounds = rounds + case when $3 = '' then 1 else 0 end
where kind = $1 and after = $2 and rounds = $4
returning true

-- name: progress
-- How far the round has come with a kind, how many objects there are of it, and how many engines share them.
select
    progress.after,
    progress.rounds,
    case progress.kind
        when 'rotation' then (select count(*) from rotations)
        when 'schedule' then (select count(*) from schedules)
        when 'policy' then (select count(*) from escalation_policies)
        when 'service' then (select count(*) from services)
        else (select count(*) from escalation_policy_state)
    end as objects,
    engines_alive() as engines
from engine_walk as progress
where progress.kind = $1

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

-- name: left_alone
-- Of some objects those that no job sees to now, be it that it waits for its turn, runs, is tried again or is parked.
select found.kind, found.id
from unnest($1::text[], $2::text[]) as found (kind, id)
where not exists (
    select from pgqueuer as job
    where
        job.entrypoint = found.kind
        and job.payload = convert_to(found.id, 'UTF8')
        and (
            job.status in ('picked', 'failed')
            or (job.status = 'queued' and (job.attempts > 0 or job.execute_after <= now()))
        )
)

-- name: alerts
-- Alerts whose row is not as it should be, with the reason, and when they should move. An alert's next move comes no
-- later than its delay after the last: the delay that its timeline says it entered the step with, for a later change of
-- the step counts from the next one only (A6). A second more is let pass.
with standing as (
    select
        state.alert_id, state.state, state.step_number, state.escalation_count, state.last_escalation,
        state.next_escalation, alerts.status, steps.id as step_id,
        policy_climbed(state.*, policies.*) as policy_id,
        policy_to_climb(state.*, policies.*) as wanted_policy_id,
        case state.state
            when 'escalating' then state.last_escalation + steps.delay
            when 'nobody' then now() + (
                select sum(each.delay) from escalation_policy_steps as each
                where each.escalation_policy_id = state.escalation_policy_id
            )
            else now()
        end as bound
    from escalation_policy_state as state
    join alerts on alerts.id = state.alert_id
    join services on services.id = state.service_id
    join escalation_policies as policies on policies.id = services.escalation_policy_id
    left join escalation_policy_steps as steps
        on steps.id = state.escalation_policy_step_id and steps.escalation_policy_id = state.escalation_policy_id
    where state.alert_id = any($1::bigint[])
),
judged as (
    select
        standing.alert_id,
        coalesce(promised.due, standing.bound, now()) as due,
        case
            when
                standing.status <> 'triggered'
                or standing.policy_id is distinct from standing.wanted_policy_id
                or (standing.state <> 'exhausted' and standing.step_number is not null and standing.step_id is null)
                then null
            when
                standing.state = 'exhausted'
                and coalesce((
                    select logs.event
                    from alert_logs as logs
                    where logs.alert_id = standing.alert_id and logs.event in ('escalated', 'exhausted')
                    order by logs.id desc
                    limit 1
                ), '') <> 'exhausted'
                then 'not_exhausted'
            when
                standing.state in ('new', 'escalating', 'nobody')
                and coalesce(
                    standing.next_escalation
                    > coalesce(promised.due, standing.bound, now()) + interval '1 second',
                    true
                )
                then 'due_too_late'
            when
                standing.state = 'escalating'
                and exists (
                    select
                    from (
                        select logs.meta
                        from alert_logs as logs
                        where logs.alert_id = standing.alert_id and logs.event = 'escalated'
                        order by logs.id desc
                        limit 1
                    ) as entered
                    cross join lateral jsonb_array_elements(entered.meta -> 'users') as paged (person)
                    join users on users.id = (paged.person ->> 'id')::uuid
                    where
                        not exists (
                            select from notification_policy_cycles as cycles
                            where
                                cycles.alert_id = standing.alert_id
                                and cycles.escalation_count = standing.escalation_count
                                and cycles.user_id = users.id
                        )
                )
                then 'no_cycle'
        end as reason
    from standing
    left join lateral (
        select
            logs.at + make_interval(
                secs => coalesce(logs.meta ->> 'next_in_seconds', logs.meta ->> 'looks_again_in_seconds')::float8
            ) as due
        from alert_logs as logs
        where
            standing.next_escalation > standing.bound
            and logs.alert_id = standing.alert_id
            and logs.event = case standing.state when 'escalating' then 'escalated' when 'nobody' then 'nobody_on_call' end
        order by logs.id desc
        limit 1
    ) as promised on true
)
select 'alert' as kind, judged.alert_id::text as id, judged.reason, judged.due
from judged
where judged.reason is not null
union all
select 'alert', alerts.id::text, 'no_state', alerts.created_at
from alerts
where
    alerts.id = any($1::bigint[])
    and alerts.status <> 'closed'
    and not exists (select from escalation_policy_state as state where state.alert_id = alerts.id)

-- name: cycle_ids
-- Of some alerts the cycles that may have something to do: those that wait or repeat, those whose alert is no longer
-- triggered, and those with a notification rule that has not been worked through.
select cycles.id::text as id
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
-- Pages that go out later than any retry puts them off, or at no moment. Those that a maintenance holds are no such up
-- to its end, nor while the service's own job is due, which is to find that first.
select 'page' as kind, messages.id::text as id, 'page_put_off' as reason, messages.created_at as due
from outgoing_messages as messages
join alerts on alerts.id = messages.alert_id
join service_maintenance as held on held.service_id = alerts.service_id
left join service_state on service_state.service_id = alerts.service_id
where
    messages.status = 'pending'
    and messages.next_attempt > now() + interval '2 minutes'
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
