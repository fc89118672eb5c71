-- Rules by which an integration key routes what comes with it, alerts that wait before their first step, and what was
-- suppressed.

alter table integration_keys add column routing_version bigint not null default 0;
comment on column integration_keys.routing_version is 'counts the changes of its routing; 0: it never had a rule';

-- A rule's expressions are read by Python. What a rule leaves out stays as the message has it.
create table routing_rules (
    id uuid primary key default gen_random_uuid(),
    integration_key_id uuid not null references integration_keys on delete cascade,
    rule_number integer not null check (rule_number >= 0),
    name text not null,
    condition text not null,
    service_id uuid constraint routing_rules_service_id_fkey references services,
    severity text check (severity in ('critical', 'error', 'warning', 'info')),
    priority text,
    dedup_key text,
    summary text,
    suppress boolean not null default false,
    delay interval check (delay > interval '0'),
    created_at timestamptz not null default now(),
    unique (integration_key_id, rule_number) deferrable initially deferred
);
comment on column routing_rules.service_id is 'another service of the same team, to which the alert goes';
comment on column routing_rules.dedup_key is 'an expression, as condition and summary are';
create index routing_rules_service_id_idx on routing_rules (service_id) where service_id is not null;

create trigger audit after insert or update or delete on routing_rules for each row execute function audit_write();

-- A process that knows the rules of a version knows all that they go by: also the names and teams of the services.
create function routing_rules_changed() returns trigger language plpgsql as $$
begin
    update integration_keys set routing_version = routing_version + 1
    where id = coalesce(new.integration_key_id, old.integration_key_id);
    return null;
end $$;

create trigger routing_changed after insert or update or delete on routing_rules
for each row execute function routing_rules_changed();

create function service_routing_changed() returns trigger language plpgsql as $$
begin
    update integration_keys as keys set routing_version = keys.routing_version + 1
    from (
        select routed.id
        from integration_keys as routed
        where
            routed.routing_version > 0
            and (
                routed.service_id = new.id
                or routed.id in (
                    select rules.integration_key_id from routing_rules as rules where rules.service_id = new.id
                )
            )
        order by routed.id
        for no key update
    ) as held
    where keys.id = held.id;
    return null;
end $$;

create trigger routing_changed after update of name, team_id on services
for each row when (old.name is distinct from new.name or old.team_id is distinct from new.team_id)
execute function service_routing_changed();

-- Where rules took what a sender knows by a key of its own: its further messages about it go there, too.
create table routed_keys (
    integration_key_id uuid not null references integration_keys on delete cascade,
    sent_key text not null,
    service_id uuid not null references services on delete cascade,
    dedup_key text not null,
    last_at timestamptz not null default now(),
    primary key (integration_key_id, sent_key, service_id, dedup_key)
);
create index routed_keys_service_id_idx on routed_keys (service_id);
create index routed_keys_last_at_idx on routed_keys (last_at);

-- The moment is renewed at most once an hour: it only keeps what is in use.
create function remember_routed(key uuid, sent text, service uuid, dedup text) returns void language sql as $$
    insert into routed_keys as former (integration_key_id, sent_key, service_id, dedup_key)
    values (key, sent, service, dedup)
    on conflict (integration_key_id, sent_key, service_id, dedup_key) do update
    set last_at = now()
    where former.last_at < now() - interval '1 hour'
$$;

-- What a rule suppressed: one row for what its sender knows by one key, with the last message about it.
create table suppressed_alerts (
    id bigint generated always as identity primary key,
    service_id uuid not null references services on delete cascade,
    integration_key_id uuid not null references integration_keys on delete cascade,
    dedup_key text not null,
    rule_name text not null,
    summary text not null,
    details text not null,
    severity text not null,
    labels jsonb not null,
    count bigint not null default 1,
    payload_id bigint,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    closed_at timestamptz,
    unique (integration_key_id, dedup_key)
);
comment on column suppressed_alerts.dedup_key is 'as its sender knows it';
comment on column suppressed_alerts.payload_id is 'the payload that brought the last message; it may have been removed since';
comment on column suppressed_alerts.closed_at is 'when its sender said that it is over';
create index suppressed_alerts_service_id_idx on suppressed_alerts (service_id, last_seen_at desc, id desc);
create index suppressed_alerts_last_seen_at_idx on suppressed_alerts (last_seen_at);

create view suppressed_alert_records as
select
    suppressed.id,
    suppressed.service_id,
    suppressed.integration_key_id,
    keys.name as integration_key_name,
    suppressed.dedup_key,
    suppressed.rule_name,
    suppressed.summary,
    suppressed.details,
    suppressed.severity,
    suppressed.labels,
    suppressed.count,
    suppressed.payload_id,
    suppressed.created_at,
    suppressed.last_seen_at,
    suppressed.closed_at
from suppressed_alerts as suppressed
join integration_keys as keys on keys.id = suppressed.integration_key_id;

-- Until when an alert waits before it enters its first step. A further message that is to wait less ends that early.
alter table alerts add column delayed_until timestamptz;
comment on column alerts.delayed_until is 'it enters no step before; null: it enters its first at once';

create or replace function alert_created() returns trigger language plpgsql as $$
declare
    service services;
begin
    if new.status <> 'closed' then
        select services.* into service from services where services.id = new.service_id;
        insert into escalation_policy_state (alert_id, service_id, escalation_policy_id, next_escalation)
        values (
            new.id, new.service_id, service.escalation_policy_id, coalesce(new.delayed_until, new.created_at)
        );
        if service.auto_close_after is not null then
            insert into alert_closings (alert_id, next_change)
            values (new.id, new.created_at + service.auto_close_after);
        end if;
    end if;
    return null;
end $$;

create function alert_delay_changed() returns trigger language plpgsql as $$
begin
    update escalation_policy_state
    set next_escalation = new.delayed_until, version = version + 1
    where alert_id = new.id and state = 'new' and next_escalation = old.delayed_until;
    return null;
end $$;

create trigger alert_delay_changed after update of delayed_until on alerts
for each row when (old.delayed_until is distinct from new.delayed_until)
execute function alert_delay_changed();
