-- Above a service's limit of open alerts further ones roll up into one alert, which counts and lists them.

alter table services add column open_alert_limit integer default 500 check (open_alert_limit > 0);
comment on column services.open_alert_limit is 
'so many alerts are open at most, what monitoring reports beyond rolls up; null: no limit';

create or replace view service_records as
select
    services.id,
    services.team_id,
    services.name,
    services.description,
    services.escalation_policy_id,
    services.maintenance_expires_at,
    services.maintenance_exceptions,
    services.ack_timeout,
    services.created_at,
    services.auto_close_after,
    services.flap_count,
    services.flap_within,
    services.open_alert_limit
from services;

-- An alert that rolled up into another, the one with alert_id, and is open until closed_at.
create table rolled_up_alerts (
    alert_id bigint not null references alerts on delete cascade,
    dedup_key text not null,
    summary text not null,
    severity text not null,
    labels jsonb not null,
    count bigint not null default 1,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    acknowledged_at timestamptz,
    closed_at timestamptz,
    primary key (alert_id, dedup_key)
);
create index rolled_up_alerts_open_idx on rolled_up_alerts (alert_id, last_seen_at, dedup_key) where closed_at is null;

-- Whether an alert with this key has no place of its own on a service: it has rolled up already, or as many as may be
-- are open. No lock makes that sure: as many more may be open as there are statements at a time. The index of open
-- alerts is read up to the limit, whatever the planner thinks of a table that was empty when it planned.
create function rolls_up(service uuid, key text, roll_up_key text) returns boolean
language plpgsql stable strict
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    found_now record;
begin
    select
        (
            select alerts.id
            from alerts
            where alerts.service_id = service and alerts.dedup_key = roll_up_key and alerts.status <> 'closed'
        ) as roll_up,
        (
            select coalesce(count(*) < services.open_alert_limit, true)
            from (
                select
                from alerts
                where
                    alerts.service_id = service
                    and alerts.status <> 'closed'
                    and services.open_alert_limit is not null
                order by alerts.dedup_key
                limit services.open_alert_limit
            ) as open
        ) as has_room
    into found_now
    from services
    where services.id = service;
    if found_now.has_room and found_now.roll_up is null then
        return false;
    end if;
    if exists (
        select from alerts
        where alerts.service_id = service and alerts.dedup_key = key and alerts.status <> 'closed'
    ) then
        return false;
    end if;
    return not found_now.has_room or exists (
        select from rolled_up_alerts as rolled_up
        where
            rolled_up.alert_id = found_now.roll_up
            and rolled_up.dedup_key = key
            and rolled_up.closed_at is null
    );
end $$;

-- An alert's own timeline. What an entry says of a move is told by the move. What has rolled up is listed elsewhere.
create or replace view alert_timeline as
select
    logs.alert_id,
    logs.id,
    logs.at,
    logs.event,
    logs.reason,
    logs.actor,
    logs.meta || case
        when moves.log_id is null then '{}'
        when logs.event = 'escalated' then jsonb_build_object(
            'step_id', moves.escalation_policy_step_id,
            'step_number', moves.step_number,
            'loop_count', moves.loop_count,
            'next_in_seconds', extract(epoch from moves.next_escalation - moves.moved_at)::float8,
            'due_at', to_char(moves.due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
        )
        when logs.event = 'handed_over' then jsonb_build_object('escalation_policy_id', moves.escalation_policy_id)
        when logs.event = 'nobody_on_call' then jsonb_build_object(
            'looks_again_in_seconds', extract(epoch from moves.next_escalation - moves.moved_at)::float8
        )
        else '{}'
    end as meta
from alert_logs as logs
left join escalation_moves as moves on moves.alert_id = logs.alert_id and moves.log_id = logs.id
where logs.event <> 'rolled_up';
