-- What an alert points to: its runbook, an image, where it comes from, and other pages.

alter table alerts add column links jsonb not null default '[]' check (jsonb_typeof(links) = 'array');
comment on column alerts.links is '[{"kind": "link" | "runbook" | "image" | "source", "href": …, "text": …}]';

-- An alert and its service, where it stands on its policy ('closed' when nowhere), and what can hold it. Of its details
-- the first 1,000 characters.
create or replace view alert_records as
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
    held.windows,
    alerts.links
from alerts
join services on services.id = alerts.service_id
join service_maintenance as held on held.service_id = services.id
left join escalation_policy_state as state on state.alert_id = alerts.id
left join lateral last_taken(alerts.id, alerts.status) as taken on true;
