-- Alerts that close by themselves: left alone for long, or no longer flapping.

alter table services add column auto_close_after interval check (auto_close_after > interval '0');
alter table services add column flap_count integer check (flap_count between 2 and 100);
alter table services add column flap_within interval not null default interval '10 minutes'
check (flap_within > interval '0');
comment on column services.auto_close_after is 'how long an alert is left alone before it closes by itself; null for ever';
comment on column services.flap_count is
'how many closes by its source within flap_within make an alert flap: it stays open; null: none does';

-- Open alerts look again when it changes after what time their service closes them: its job wakes theirs.
create trigger wakeup_on_auto_close after update of auto_close_after, flap_within on services
for each row when (
    old.auto_close_after is distinct from new.auto_close_after or old.flap_within is distinct from new.flap_within
)
execute function engine_wake('service', 'id');

alter table alerts add column touched_at timestamptz;
comment on column alerts.touched_at is 'when somebody or something did anything to it last, but for reporting it';

-- When an open alert closes by itself at the earliest. What touches an alert leaves the moment as it is: the job that
-- waits for it looks, and waits for the next.
create table alert_closings (
    alert_id bigint primary key references alerts on delete cascade,
    recovered_at timestamptz,
    next_change timestamptz not null,
    version bigint not null default 0
);
comment on column alert_closings.recovered_at is 'when its source said that it is well, while it flapped';
create index alert_closings_next_change_idx on alert_closings (next_change);

-- The last closes by their source of alerts under one key, of services that ask whether an alert flaps.
create table alert_flaps (
    service_id uuid not null references services on delete cascade,
    dedup_key text not null,
    closes timestamptz[] not null,
    last_close_at timestamptz not null default now(),
    primary key (service_id, dedup_key)
);
create index alert_flaps_last_close_at_idx on alert_flaps (last_close_at);

-- Open alerts, and what says when each closes by itself. Somebody's acknowledgement is as if they touched it to its end.
create view alert_closing_records as
select
    alerts.id,
    alerts.status,
    greatest(alerts.last_seen_at, alerts.touched_at, alerts.acknowledged_until) as touched_at,
    alerts.last_seen_at,
    closings.recovered_at,
    services.auto_close_after,
    services.flap_within,
    closings.next_change,
    closings.version
from alerts
join services on services.id = alerts.service_id
left join alert_closings as closings on closings.alert_id = alerts.id
where alerts.status <> 'closed';

insert into job_kinds (name, lock_order) values ('closing', 11);

insert into engine_walk (kind) values ('closing');

create function closing_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('closing', new.alert_id::text, new.next_change);
    return null;
end $$;

create trigger wakeup after insert or update of next_change on alert_closings
for each row execute function closing_wakeup();

create or replace function alert_created() returns trigger language plpgsql as $$
declare
    service services;
begin
    if new.status <> 'closed' then
        select services.* into service from services where services.id = new.service_id;
        insert into escalation_policy_state (alert_id, service_id, escalation_policy_id, next_escalation)
        values (new.id, new.service_id, service.escalation_policy_id, new.created_at);
        if service.auto_close_after is not null then
            insert into alert_closings (alert_id, next_change)
            values (new.id, new.created_at + service.auto_close_after);
        end if;
    end if;
    return null;
end $$;

-- The job that waits to close an alert comes to its end with it.
create function alert_closing_over() returns trigger language plpgsql as $$
begin
    delete from alert_closings where alert_id = new.id;
    if found then
        perform engine_enqueue('closing', new.id::text, now());
    end if;
    return null;
end $$;

create trigger closing_over after update of status on alerts
for each row when (old.status <> 'closed' and new.status = 'closed')
execute function alert_closing_over();

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
    services.flap_within
from services;

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
where state.next_change is not null
union all
select 'closing', closings.alert_id::text, closings.next_change
from alert_closings as closings;
