-- What is read of services, alerts, policies, rotations, schedules, temporary schedules and teams, each column once:
-- whoever reads one or a list of them selects everything from here.

create view service_records as
select
    services.id,
    services.team_id,
    services.name,
    services.description,
    services.escalation_policy_id,
    services.maintenance_expires_at,
    services.maintenance_exceptions,
    services.ack_timeout,
    services.created_at
from services;

-- An alert and its service, where it stands on its policy ('closed' when nowhere), and what can hold it. Of its details
-- the first 1,000 characters.
create view alert_records as
select
    alerts.id,
    alerts.service_id,
    services.name as service_name,
    services.team_id,
    alerts.status,
    alerts.severity,
    alerts.summary,
    left(alerts.details, 1000) as details,
    length(alerts.details) > 1000 as details_truncated,
    alerts.labels,
    alerts.dedup_key,
    alerts.count,
    alerts.created_at,
    alerts.last_seen_at,
    alerts.acknowledged_at,
    alerts.acknowledged_until,
    alerts.closed_at,
    alert_urgency(alerts.status, alerts.severity) as urgency,
    taken.name as taken_by,
    taken.at as taken_at,
    coalesce(state.state, 'closed') as state,
    state.step_number,
    state.loop_count,
    state.escalation_count,
    state.last_escalation as last_escalation_at,
    state.next_escalation as next_escalation_at,
    state.version,
    held.maintenance_expires_at,
    held.maintenance_exceptions,
    held.window_ends_at,
    held.windows
from alerts
join services on services.id = alerts.service_id
join service_maintenance as held on held.service_id = services.id
left join escalation_policy_state as state on state.alert_id = alerts.id
left join lateral last_taken(alerts.id, alerts.status) as taken on true;

create view policy_records as
select
    policies.id,
    policies.team_id,
    policies.name,
    policies.description,
    policies.repeat,
    policies.catch_all_policy_id,
    policies.created_at
from escalation_policies as policies;

-- A rotation with its participants in order. Who is active is what the engine has stored; nobody is while there are no
-- participants.
create view rotation_records as
select
    rotations.id,
    rotations.team_id,
    rotations.name,
    rotations.description,
    rotations.time_zone,
    rotations.type,
    rotations.shift_length,
    rotations.start_at,
    rotations.created_at,
    array(
        select participants.user_id
        from rotation_participants as participants
        where participants.rotation_id = rotations.id
        order by participants.position
    ) as participants,
    active.user_id as active_user_id,
    state.position,
    state.shift_start as shift_started_at,
    state.shift_end as next_handoff_at
from rotations
left join rotation_state as state on state.rotation_id = rotations.id
left join rotation_participants as active on active.id = state.rotation_participant_id;

create view schedule_records as
select
    schedules.id,
    schedules.team_id,
    schedules.name,
    schedules.description,
    schedules.time_zone,
    schedules.created_at
from schedules;

-- A temporary schedule with its shifts in order of time.
create view temporary_schedule_records as
select
    temporary.id,
    temporary.schedule_id,
    temporary.start_at,
    temporary.end_at,
    temporary.created_at,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'user_id', shifts.user_id, 'start_at', shifts.start_at, 'end_at', shifts.end_at
        ) order by shifts.start_at, shifts.end_at, shifts.user_id), '[]')
        from temporary_schedule_shifts as shifts
        where shifts.temporary_schedule_id = temporary.id
    ) as shifts
from temporary_schedules as temporary;

-- A team with its members in a fixed order.
create view team_records as
select
    teams.id,
    teams.name,
    teams.created_at,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'user_id', members.user_id, 'role', members.role
        ) order by members.user_id), '[]')
        from team_members as members
        where members.team_id = teams.id
    ) as members
from teams;
