-- Heartbeat monitors: what runs regularly says so by a ping, and its silence raises an alert.

create table heartbeat_monitors (
    id uuid primary key default gen_random_uuid(),
    service_id uuid not null references services on delete cascade,
    name text not null,
    timeout interval check (timeout > interval '0'),
    cron text,
    time_zone text not null default 'UTC',
    grace interval not null default interval '0' check (grace >= interval '0'),
    run_limit interval check (run_limit > interval '0'),
    severity text not null default 'critical' check (severity in ('critical', 'error', 'warning', 'info')),
    muted boolean not null default false,
    paused boolean not null default false,
    armed_at timestamptz,
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    constraint heartbeat_monitors_expects check (num_nonnulls(timeout, cron) = 1)
);
comment on column heartbeat_monitors.timeout is 'how long after the last ping the next one is expected; else cron says when';
comment on column heartbeat_monitors.grace is 'how much later than expected a ping may come';
comment on column heartbeat_monitors.run_limit is 'how long a run may take that has said it starts';
comment on column heartbeat_monitors.armed_at is 'from when it counts, even if no ping has come; null: from the first one';
create unique index heartbeat_monitors_token_hash_key on heartbeat_monitors (token_hash);
create index heartbeat_monitors_service_id_idx on heartbeat_monitors (service_id);

create trigger audit after insert or update or delete on heartbeat_monitors
for each row execute function audit_write();

-- What the pings of a monitor said, and where the engine left it. A ping that changes nothing but the deadline leaves
-- next_change as it is, so that it touches no index and no job: the job that waits looks again and waits on.
create table heartbeat_state (
    monitor_id uuid primary key references heartbeat_monitors on delete cascade,
    pings bigint not null default 0,
    last_ping_at timestamptz,
    last_ok_at timestamptz,
    failed_at timestamptz,
    exit_code bigint,
    started_at timestamptz,
    status text not null default 'inactive' check (status in ('inactive', 'up', 'down', 'paused')),
    reason text not null default 'never_pinged',
    since timestamptz not null default now(),
    alert_id bigint,
    next_change timestamptz,
    version bigint not null default 0
) with (fillfactor = 50);
comment on column heartbeat_state.failed_at is 'when the last run failed; null: it did not';
comment on column heartbeat_state.started_at is 'when the run began that has not ended';
comment on column heartbeat_state.alert_id is 'the alert that was raised because it is down';
comment on column heartbeat_state.next_change is 'when to look at it again, no later than it can change';
create index heartbeat_state_next_change_idx on heartbeat_state (next_change) where next_change is not null;

-- What a monitor was, and until when: for the history of a year. alert_id is the alert of a time that it was down.
create table heartbeat_history (
    id bigint generated always as identity primary key,
    monitor_id uuid not null references heartbeat_monitors on delete cascade,
    status text not null check (status in ('up', 'down', 'paused')),
    reason text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    alert_id bigint
);
create unique index heartbeat_history_open_key on heartbeat_history (monitor_id) where ended_at is null;
create index heartbeat_history_monitor_id_idx on heartbeat_history (monitor_id, started_at);

-- The last pings of each monitor. The next one takes the place of the oldest, so nothing has to be removed. It refers to
-- the row that a ping has locked already, or its check would wait for who deletes the monitor, and that for the ping.
create table heartbeat_pings (
    monitor_id uuid not null references heartbeat_state on delete cascade,
    place smallint not null,
    number bigint not null,
    at timestamptz not null default now(),
    kind text not null check (kind in ('ok', 'fail', 'start')),
    exit_code bigint,
    ip text,
    body text not null default '',
    body_bytes bigint not null default 0,
    primary key (monitor_id, place)
) with (fillfactor = 50);
comment on column heartbeat_pings.body is 'the end of what was sent with it';
comment on column heartbeat_pings.body_bytes is 'how much was sent with it';

create function heartbeat_created() returns trigger language plpgsql as $$
begin
    insert into heartbeat_state (monitor_id) values (new.id);
    if new.armed_at is not null then
        perform engine_enqueue('heartbeat', new.id::text, now());
    end if;
    return null;
end $$;

create trigger heartbeat_created after insert on heartbeat_monitors
for each row execute function heartbeat_created();

create trigger wakeup
after update of timeout, cron, time_zone, grace, run_limit, muted, paused, armed_at on heartbeat_monitors
for each row execute function engine_wake('heartbeat', 'id');

-- Whoever moves the moment has moved the row: an engine that read it before writes nothing.
create function heartbeat_moved() returns trigger language plpgsql as $$
begin
    new.version := old.version + 1;
    return new;
end $$;

create trigger heartbeat_moved before update of next_change on heartbeat_state
for each row when (old.next_change is distinct from new.next_change) execute function heartbeat_moved();

create function heartbeat_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('heartbeat', new.monitor_id::text, new.next_change);
    return null;
end $$;

create trigger wakeup_on_insert after insert on heartbeat_state
for each row when (new.next_change is not null) execute function heartbeat_wakeup();

create trigger wakeup_on_change after update of next_change on heartbeat_state
for each row when (new.next_change is not null and old.next_change is distinct from new.next_change)
execute function heartbeat_wakeup();

create view heartbeat_monitor_records as
select
    monitors.id,
    monitors.service_id,
    monitors.name,
    monitors.timeout,
    monitors.cron,
    monitors.time_zone,
    monitors.grace,
    monitors.run_limit,
    monitors.severity,
    monitors.muted,
    monitors.paused,
    monitors.armed_at,
    monitors.created_at,
    coalesce(state.pings, 0) as pings,
    state.last_ping_at,
    state.last_ok_at,
    state.failed_at,
    state.exit_code,
    state.started_at,
    coalesce(state.status, 'inactive') as status,
    coalesce(state.reason, 'never_pinged') as reason,
    coalesce(state.since, monitors.created_at) as since,
    state.alert_id,
    now() as now
from heartbeat_monitors as monitors
left join heartbeat_state as state on state.monitor_id = monitors.id;

-- The kind of job that moves a monitor. It is locked before the alert's, which it wakes.
update job_kinds set lock_order = lock_order + 100 where lock_order >= 5;
insert into job_kinds (name, lock_order) values ('heartbeat', 5);
update job_kinds set lock_order = lock_order - 99 where lock_order > 100;

insert into engine_walk (kind) values ('heartbeat');

-- Everything that can change by itself, and when it does next. A page or an alert without a moment has missed it.
create or replace view engine_due as
select 'alert' as kind, state.alert_id::text as id, state.next_escalation as due
from escalation_policy_state as state
where state.next_escalation is not null
union all
-- Held although nothing holds it any longer, and whoever was to wake it has nothing more to do.
select 'alert', state.alert_id::text, now()
from escalation_policy_state as state
join services on services.id = state.service_id
join escalation_policies as policies on policies.id = services.escalation_policy_id
join service_maintenance as held on held.service_id = services.id
where
    state.state in ('maintenance', 'no_steps')
    and state.next_escalation is null
    and case state.state
        when 'maintenance' then coalesce(held.stored_until, '-infinity') <= now()
        else exists (
            select from escalation_policy_steps as steps
            where steps.escalation_policy_id = policy_to_climb(state.*, policies.*)
        )
    end
    and not engine_has_job('service', services.id::text, now())
    and not engine_has_job('policy_alerts', policy_to_climb(state.*, policies.*)::text, now())
union all
select 'cycle', cycles.id::text, cycles.next_tick
from notification_policy_cycles as cycles
where cycles.next_tick is not null
union all
select 'page', messages.id::text, messages.next_attempt
from outgoing_messages as messages
where messages.status = 'pending'
union all
-- A claim that has ended since is the page's own matter, after a moment in which the engine's job passes it on.
select 'page', messages.id::text, messages.claimed_until
from outgoing_messages as messages
where
    messages.status = 'sending'
    and (messages.claimed_by is null or messages.claimed_until <= now() - interval '5 seconds')
union all
select 'claims', messages.claimed_by::text, min(messages.claimed_until)
from outgoing_messages as messages
where
    messages.status = 'sending'
    and messages.claimed_by is not null
    and messages.claimed_until > now() - interval '5 seconds'
group by messages.claimed_by
union all
select 'service', services.id::text, services.maintenance_expires_at
from services
where services.maintenance_expires_at is not null
union all
select 'service', state.service_id::text, state.next_change
from service_state as state
where state.next_change is not null
union all
select 'rotation', state.rotation_id::text, state.shift_end
from rotation_state as state
union all
select 'schedule', state.schedule_id::text, state.next_change
from schedule_state as state
where state.next_change is not null
union all
select 'heartbeat', state.monitor_id::text, state.next_change
from heartbeat_state as state
where state.next_change is not null;

-- What has lost the row that says when it changes next, so that no moment is known. An open alert's row comes and goes
-- with it in one transaction; the others come into being by a job.
create or replace view engine_stateless as
select 'rotation' as kind, rotations.id::text as id, rotations.created_at as since
from rotations
where
    not exists (select from rotation_state as state where state.rotation_id = rotations.id)
    and exists (select from rotation_participants as participants where participants.rotation_id = rotations.id)
    and not engine_has_job('rotation', rotations.id::text, now())
union all
select 'schedule', schedules.id::text, schedules.created_at
from schedules
where
    not exists (select from schedule_state as state where state.schedule_id = schedules.id)
    and not engine_has_job('schedule', schedules.id::text, now())
union all
select 'service', windows.service_id::text, min(windows.created_at)
from maintenance_windows as windows
where
    (windows.weekly or windows.end_at > now())
    and not exists (select from service_state as state where state.service_id = windows.service_id)
    and not engine_has_job('service', windows.service_id::text, now())
group by windows.service_id
union all
select 'heartbeat', monitors.id::text, monitors.created_at
from heartbeat_monitors as monitors
where
    not exists (select from heartbeat_state as state where state.monitor_id = monitors.id)
    and not engine_has_job('heartbeat', monitors.id::text, now())
union all
-- Of the newest alerts, for which nobody has been paged yet; the reconciler looks at all. Two indexes tell.
select 'alert', open.id::text, open.created_at
from alerts as open
where
    open.status <> 'closed'
    and open.id > (select coalesce(max(alerts.id), 0) - 10000 from alerts)
    and not exists (
        select from escalation_policy_state as state
        where state.alert_id = open.id and state.alert_id > (select coalesce(max(alerts.id), 0) - 10000 from alerts)
    );
