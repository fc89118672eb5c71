-- name: use_rotations
-- Every fifth policy pages by a rotation of its own in its first step, and by a schedule with that rotation in its second.
with numbers as materialized (
    select
        steps.escalation_policy_id as policy_id, split_part(policies.name, ' ', 2)::integer as n,
        min(steps.id::text) filter (where steps.step_number = 0)::uuid as first_step,
        min(steps.id::text) filter (where steps.step_number = 1)::uuid as second_step,
        min(targets.user_id::text) filter (where steps.step_number = 0)::uuid as person,
        gen_random_uuid() as rotation_id, gen_random_uuid() as participant_id, gen_random_uuid() as schedule_id,
        gen_random_uuid() as rule_id
    from escalation_policies as policies
    join escalation_policy_steps as steps on steps.escalation_policy_id = policies.id
    join escalation_policy_step_targets as targets on targets.escalation_policy_step_id = steps.id
    where split_part(policies.name, ' ', 2)::integer % 5 = 0
    group by 1, 2
),
causes as (
    select
        schedule_id,
        jsonb_build_array(jsonb_build_object('type', 'rule', 'id', rule_id, 'rotation_id', rotation_id)) as by_rule
    from numbers
),
rotations as (
    insert into rotations (id, name, time_zone, type, shift_length, start_at)
    select rotation_id, 'Rotation ' || n, 'Europe/Berlin', 'weekly', 1, now() - interval '1 day' from numbers
),
participants as (
    insert into rotation_participants (id, rotation_id, position, user_id)
    select participant_id, rotation_id, 0, person from numbers
),
states as (
    insert into rotation_state (rotation_id, position, rotation_participant_id, shift_start, shift_end)
    select rotation_id, 0, participant_id, now() - interval '1 day', now() + interval '6 days' from numbers
),
schedules as (
    insert into schedules (id, name, time_zone)
    select schedule_id, 'Schedule ' || n, 'Europe/Berlin' from numbers
),
rules as (
    insert into schedule_rules (id, schedule_id, rotation_id, weekdays, start_time, end_time)
    select rule_id, schedule_id, rotation_id, '{0,1,2,3,4,5,6}', '00:00', '00:00' from numbers
),
schedule_states as (
    insert into schedule_state (schedule_id, next_change)
    select schedule_id, now() + interval '6 days' from numbers
),
on_call as (
    insert into schedule_on_call_users (schedule_id, user_id, because)
    select numbers.schedule_id, numbers.person, causes.by_rule
    from numbers join causes using (schedule_id)
),
first_targets as (
    update escalation_policy_step_targets as targets
    set user_id = null, rotation_id = numbers.rotation_id
    from numbers
    where targets.escalation_policy_step_id = numbers.first_step
),
second_targets as (
    update escalation_policy_step_targets as targets
    set user_id = null, schedule_id = numbers.schedule_id
    from numbers
    where targets.escalation_policy_step_id = numbers.second_step
),
mirrors as (
    update ep_step_on_call_users as on_call
    set user_id = numbers.person, because = jsonb_build_array(case on_call.ep_step_id
        when numbers.first_step then jsonb_build_object('type', 'rotation', 'id', numbers.rotation_id)
        else jsonb_build_object('type', 'schedule', 'id', numbers.schedule_id, 'by', causes.by_rule)
    end)
    from numbers join causes using (schedule_id)
    where on_call.ep_step_id in (numbers.first_step, numbers.second_step)
),
jobs as (
    insert into pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
    select
        0, kinds.kind, convert_to(kinds.id::text, 'UTF8'), now() + interval '6 days' - interval '1 microsecond',
        kinds.kind || ':' || kinds.id, 'queued'
    from numbers, lateral (values ('rotation', rotation_id), ('schedule', schedule_id)) as kinds (kind, id)
)
select 1

-- name: alerts
-- $2 open alerts on the services $1, as if each had entered its first step some time ago; the next is due at $3, spread
-- over $4. Their summary is $5 and a number.
with alerts as (
    insert into alerts (service_id, summary, dedup_key)
    select ($1::uuid[])[1 + n % cardinality($1::uuid[])], $5::text || ' ' || n, $5::text || ' ' || n
    from generate_series(1, $2::integer) as n
    returning id, service_id
)
insert into escalation_policy_state (
    alert_id, service_id, escalation_policy_id, escalation_policy_step_id, step_number, escalation_count,
    state, last_escalation, next_escalation, version
)
select
    alerts.id, services.id, services.escalation_policy_id, steps.id, 0, 1,
    'escalating', now(), $3::timestamptz + (alerts.id % $2) * $4::interval / $2::float8, 1
from alerts
join services on services.id = alerts.service_id
join escalation_policy_steps as steps
    on steps.escalation_policy_id = services.escalation_policy_id and steps.step_number = 0

-- name: jobs
-- The jobs that wait for alerts that have none.
insert into pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
select
    0, 'alert', convert_to(state.alert_id::text, 'UTF8'), state.next_escalation - interval '1 microsecond',
    'alert:' || state.alert_id, 'queued'
from escalation_policy_state as state
where state.next_escalation is not null
on conflict do nothing
