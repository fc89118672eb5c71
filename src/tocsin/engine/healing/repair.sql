-- name: no_state
-- An open alert without its row stands where its timeline says: on the step that it entered last, or past the last one.
-- Where that is no step of the policy that it has to climb, or something has ended the climb since, it stands as if it
-- were new. Its escalations go on counting, for pages and cycles of former ones would be taken for those of new ones.
with open as (
    select alerts.id, alerts.service_id, alerts.status, alerts.acknowledged_until
    from alerts
    where alerts.id = any($1::bigint[]) and alerts.status <> 'closed'
    order by alerts.id
    for no key update
),
told as (
    select
        open.id,
        open.service_id,
        open.status,
        open.acknowledged_until,
        policies.id as own_policy_id,
        steps.escalation_policy_id as policy_id,
        steps.id as step_id,
        entered.at,
        entered.meta,
        case when steps.id is null then 'created' else since.event end as event
    from open
    join services on services.id = open.service_id
    join escalation_policies as policies on policies.id = services.escalation_policy_id
    left join lateral (
        select logs.id, logs.at, logs.meta
        from alert_logs as logs
        where logs.alert_id = open.id and logs.event = 'escalated'
        order by logs.id desc
        limit 1
    ) as entered on true
    left join lateral (
        select logs.event
        from alert_logs as logs
        where
            logs.alert_id = open.id
            and logs.id >= entered.id
            and logs.event in (
                'escalated', 'exhausted', 'escalation_requested', 'reopened', 'handed_over', 'nobody_on_call', 'held'
            )
        order by logs.id desc
        limit 1
    ) as since on true
    left join escalation_policy_steps as steps
        on steps.id = (entered.meta ->> 'step_id')::uuid
        and steps.escalation_policy_id in (policies.id, policies.catch_all_policy_id)
        and since.event in ('escalated', 'exhausted', 'escalation_requested', 'reopened')
),
restored as (
    insert into escalation_policy_state (
        alert_id, service_id, escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count,
        escalation_count, state, last_escalation, next_escalation
    )
    select
        told.id,
        told.service_id,
        coalesce(told.policy_id, told.own_policy_id),
        case when told.policy_id <> told.own_policy_id then told.own_policy_id end,
        told.step_id,
        case when told.step_id is not null then (told.meta ->> 'step_number')::integer end,
        case when told.step_id is not null then (told.meta ->> 'loop_count')::integer else 0 end,
        greatest(
            (select max(cycles.escalation_count) from notification_policy_cycles as cycles where cycles.alert_id = told.id),
            (select max(messages.escalation_count) from outgoing_messages as messages where messages.alert_id = told.id),
            0
        ),
        case
            when told.status = 'acknowledged' or told.event = 'reopened' then 'acknowledged'
            when told.event = 'created' then 'new'
            when told.event = 'exhausted' then 'exhausted'
            else 'escalating'
        end,
        case when told.step_id is not null then told.at end,
        case
            when told.status = 'acknowledged' then told.acknowledged_until
            when told.event = 'exhausted' then null
            when told.event = 'escalated'
                then told.at + make_interval(secs => (told.meta ->> 'next_in_seconds')::float8)
            else now()
        end
    from told
    order by told.id
    on conflict (alert_id) do nothing
    returning alert_id
)
select alert_id as id from restored

-- name: not_exhausted
-- An alert whose timeline does not say that its policy is exhausted goes on from the step that it stands on.
with triggered as (
    select alerts.id
    from alerts
    where alerts.id = any($1::bigint[]) and alerts.status = 'triggered'
    order by alerts.id
    for no key update
)
update escalation_policy_state as state
set
    state = case when state.escalation_policy_step_id is null then 'new' else 'escalating' end,
    next_escalation = greatest(
        now(),
        state.last_escalation + (
            select steps.delay from escalation_policy_steps as steps where steps.id = state.escalation_policy_step_id
        )
    ),
    version = version + 1
from triggered
where state.alert_id = triggered.id and state.state = 'exhausted'
returning state.alert_id as id

-- name: due_too_late
-- $2 holds for each alert when it should move.
with late as (
    select state.alert_id, found.due
    from escalation_policy_state as state
    join unnest($1::bigint[], $2::timestamptz[]) as found (alert_id, due) on found.alert_id = state.alert_id
    where coalesce(state.next_escalation > found.due, true)
    order by state.alert_id
    for no key update of state
)
update escalation_policy_state as state
set next_escalation = late.due, version = version + 1
from late
where state.alert_id = late.alert_id
returning state.alert_id as id

-- name: no_cycle
-- Cycles of the step that an alert stands on, for those whom the timeline says it was to page. Pages that went out have
-- their rows still, so none of them goes out again.
with standing as (
    select
        state.alert_id, state.escalation_count, state.step_number, state.loop_count, state.last_escalation,
        state.escalation_policy_step_id
    from escalation_policy_state as state
    where state.alert_id = any($1::bigint[]) and state.state = 'escalating'
    order by state.alert_id
    for no key update
)
insert into notification_policy_cycles (
    alert_id, user_id, escalation_count, step_number, loop_count, started_at, repeat_every
)
select
    standing.alert_id, users.id, standing.escalation_count, standing.step_number, standing.loop_count,
    standing.last_escalation, case steps.ack_by when 'everyone' then steps.delay end
from standing
join escalation_policy_steps as steps on steps.id = standing.escalation_policy_step_id
cross join lateral (
    select logs.meta
    from alert_logs as logs
    where logs.alert_id = standing.alert_id and logs.event = 'escalated'
    order by logs.id desc
    limit 1
) as entered
cross join lateral jsonb_array_elements(entered.meta -> 'users') as paged (person)
join users on users.id = (paged.person ->> 'id')::uuid
order by standing.alert_id, users.id
on conflict (alert_id, escalation_count, user_id) do nothing
returning alert_id as id

-- name: page_put_off
-- A page goes out when it can, or is put off by its own job for a moment.
with put_off as (
    select messages.id
    from outgoing_messages as messages
    where messages.id = any($1::uuid[])
    order by messages.id
    for no key update skip locked
)
update outgoing_messages as messages
set
    next_attempt = case messages.status when 'pending' then now() end,
    claimed_until = case messages.status when 'sending' then now() end
from put_off
where messages.id = put_off.id and messages.status in ('pending', 'sending')
returning messages.id

-- name: wake
-- Jobs in the order in which they are locked everywhere: by kind, then by id. $3 holds when each is to run; null: now.
select count(engine_enqueue(found.kind, found.id, coalesce(found.due, now()))::text)
from (
    select found.kind, found.id, found.due
    from unnest($1::text[], $2::text[], $3::timestamptz[]) as found (kind, id, due)
    join job_kinds on job_kinds.name = found.kind
    order by job_kinds.lock_order, length(found.id), found.id collate "C"
) as found

-- name: record
insert into engine_repairs (kind, object_id, reason, due)
select found.kind, found.id, found.reason, nullif(found.due, now())
from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as found (kind, id, reason, due)

-- name: prune
delete from engine_repairs where repaired_at < now() - interval '30 days'
