-- Events to jobs (design, section 6): row triggers, so that no code path can forget one.

-- Wakes one object now: the kind is the first argument of the trigger, the column with the object's id the second. A row
-- that is moved from one object to another wakes both. For tables that people write; those that the engine writes in a
-- storm have functions of their own.
create function engine_wake() returns trigger language plpgsql as $$
declare
    former constant text := to_jsonb(old) ->> tg_argv[1];
    present constant text := to_jsonb(new) ->> tg_argv[1];
begin
    if former is null or present is null or former = present then
        perform engine_enqueue(tg_argv[0], coalesce(present, former), now());
    else
        perform engine_enqueue(tg_argv[0], least(former collate "C", present), now());
        perform engine_enqueue(tg_argv[0], greatest(former collate "C", present), now());
    end if;
    return null;
end $$;

-- An alert's escalation row is its point of serialisation: every change of status moves that row's version in the same
-- transaction, so an engine that decided on the older status writes nothing.
create function alert_created() returns trigger language plpgsql as $$
begin
    if new.status <> 'closed' then
        insert into escalation_policy_state (alert_id, service_id, escalation_policy_id, next_escalation)
        select new.id, new.service_id, services.escalation_policy_id, new.created_at
        from services
        where services.id = new.service_id;
    end if;
    return null;
end $$;
create trigger alert_created after insert on alerts for each row execute function alert_created();

create function alert_status_changed() returns trigger language plpgsql as $$
begin
    if new.status = 'closed' then
        delete from escalation_policy_state where alert_id = new.id;
    elsif new.status = 'acknowledged' then
        update escalation_policy_state
        set
            state = 'acknowledged', next_escalation = new.acknowledged_until, force_escalation = false,
            force_step_id = null, version = version + 1
        where alert_id = new.id;
    else
        update escalation_policy_state
        set next_escalation = now(), version = version + 1
        where alert_id = new.id;
    end if;
    perform engine_enqueue('alert', new.id::text, now());
    return null;
end $$;
create trigger alert_status_changed after update of status, acknowledged_until on alerts
for each row when (
    old.status is distinct from new.status
    or (new.status = 'acknowledged' and old.acknowledged_until is distinct from new.acknowledged_until)
)
execute function alert_status_changed();

create function escalation_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('alert', new.alert_id::text, new.next_escalation);
    return null;
end $$;
create trigger wakeup_on_insert after insert on escalation_policy_state
for each row when (new.next_escalation is not null) execute function escalation_wakeup();
-- Also when the moment stays the same: the run that sets it may have been the only job that waited for it.
create trigger wakeup_on_change after update of next_escalation on escalation_policy_state
for each row when (new.next_escalation is not null) execute function escalation_wakeup();

create function cycle_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('cycle', new.id::text, new.next_tick);
    return null;
end $$;
create trigger wakeup_on_insert after insert on notification_policy_cycles
for each row when (new.next_tick is not null) execute function cycle_wakeup();
create trigger wakeup_on_change after update of next_tick on notification_policy_cycles
for each row when (new.next_tick is not null and old.next_tick is distinct from new.next_tick)
execute function cycle_wakeup();

create function page_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('page', new.id::text, new.next_attempt);
    return null;
end $$;
create trigger wakeup_on_insert after insert on outgoing_messages
for each row when (new.next_attempt is not null) execute function page_wakeup();
create trigger wakeup_on_change after update of next_attempt on outgoing_messages
for each row when (new.next_attempt is not null and old.next_attempt is distinct from new.next_attempt)
execute function page_wakeup();

-- A service: its policy and its maintenance decide for its open alerts. The job itself waits on for the expiry.
create trigger wakeup after update of escalation_policy_id, maintenance_expires_at on services
for each row when (
    old.escalation_policy_id is distinct from new.escalation_policy_id
    or old.maintenance_expires_at is distinct from new.maintenance_expires_at
)
execute function engine_wake('service', 'id');
create trigger wakeup_on_insert after insert on services
for each row when (new.maintenance_expires_at is not null) execute function engine_wake('service', 'id');

create trigger wakeup_on_exceptions after update of maintenance_exceptions on services
for each row when (old.maintenance_exceptions is distinct from new.maintenance_exceptions)
execute function engine_wake('service', 'id');

create trigger wakeup after insert or update or delete on maintenance_windows
for each row execute function engine_wake('service', 'service_id');

create function service_state_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('service', new.service_id::text, new.next_change);
    return null;
end $$;
create trigger wakeup after insert or update of next_change on service_state
for each row when (new.next_change is not null) execute function service_state_wakeup();

-- A policy: steps that come and go move its open alerts (A6).
create trigger wakeup after insert or delete on escalation_policy_steps
for each row execute function engine_wake('policy_alerts', 'escalation_policy_id');
create trigger wakeup_on_change after update of step_number, escalation_policy_id on escalation_policy_steps
for each row when (
    old.step_number is distinct from new.step_number
    or old.escalation_policy_id is distinct from new.escalation_policy_id
)
execute function engine_wake('policy_alerts', 'escalation_policy_id');

-- Another catch-all, or none: the alerts that stand on the former one go back to the policy.
create trigger wakeup_on_catch_all after update of catch_all_policy_id on escalation_policies
for each row when (old.catch_all_policy_id is distinct from new.catch_all_policy_id)
execute function engine_wake('policy_alerts', 'id');
-- The policy that an alert stood on is deleted.
create trigger wakeup_on_policy after update of escalation_policy_id on escalation_policy_state
for each row when (new.escalation_policy_id is null and old.escalation_policy_id is not null)
execute function engine_wake('alert', 'alert_id');

-- Alerts that found nobody on some policies look again at once, for somebody may be there now. They decide for
-- themselves, each in its own job: whoever writes here must not hold the rows of many alerts.
create function engine_look_again(policies uuid[]) returns void language plpgsql as $$
begin
    perform engine_enqueue('policy_alerts', waiting.escalation_policy_id::text, now())
    from (
        select distinct state.escalation_policy_id
        from escalation_policy_state as state
        where
            state.escalation_policy_id = any(policies)
            and state.state = 'nobody'
            and state.next_escalation > now()
        order by state.escalation_policy_id
    ) as waiting;
end $$;

-- A rule made while a cycle runs may lie ahead of it (N2), and so may those of a contact method that is enabled.
create function notification_rule_wakeup() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('cycle', cycles.id::text, now())
    from notification_policy_cycles as cycles
    where cycles.user_id = new.user_id and cycles.ended_at is null
    order by cycles.id;
    perform engine_look_again(array(
        select steps.escalation_policy_id
        from ep_step_on_call_users as on_call
        join escalation_policy_steps as steps on steps.id = on_call.ep_step_id
        where on_call.user_id = new.user_id and on_call.end_time is null
    ));
    return null;
end $$;
create trigger wakeup after insert or update of delay, contact_method_id on notification_rules
for each row execute function notification_rule_wakeup();
create trigger wakeup after update of enabled on contact_methods
for each row when (new.enabled and not old.enabled) execute function notification_rule_wakeup();

-- The engine processes that are, or were lately, at work.
create table engine_instances (
    id uuid primary key,
    host text not null,
    pid integer not null,
    version text not null,
    started_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    lateness jsonb not null default '{}',
    paused_because text
);
comment on column engine_instances.paused_because is 'why it takes no jobs; null: it does';
