-- What senders sent, as it came but for its secrets: written by the statement that acts on it, so before any 2xx.

-- No foreign key to the integration key: none of the rows outlives it for long, and a check for each would cost more than
-- the row. A payload in quarantine could not be mapped to any alert; whoever replays or discards it settles it.
create table received_payloads (
    id bigint generated always as identity primary key,
    integration_key_id uuid not null,
    received_at timestamptz not null default now(),
    path text not null,
    query bytea not null,
    content_type text not null,
    body bytea not null,
    outcome text not null default 'accepted' check (outcome in ('accepted', 'quarantined', 'replayed', 'discarded')),
    reason text,
    settled_at timestamptz,
    settled_by jsonb
);
comment on column received_payloads.reason is 'why it was put in quarantine';
comment on column received_payloads.settled_by is 'who has replayed or discarded it';
create index received_payloads_key_idx on received_payloads (integration_key_id, id);
create index received_payloads_quarantine_idx on received_payloads (integration_key_id, id)
where outcome = 'quarantined';

-- No foreign key: payloads are removed long before entries, and nobody has to write each of these entries anew then.
alter table alert_logs add column payload_id bigint;
comment on column alert_logs.payload_id is 'the payload that did it; it may have been removed since';
create index alert_logs_payload_idx on alert_logs (payload_id) where payload_id is not null;

create view received_payload_records as
select
    payloads.id,
    payloads.integration_key_id,
    keys.name as integration_key_name,
    keys.type as integration_key_type,
    keys.service_id,
    payloads.received_at,
    payloads.path,
    payloads.query,
    payloads.content_type,
    payloads.body,
    payloads.outcome,
    payloads.reason,
    payloads.settled_at,
    payloads.settled_by,
    array(
        select distinct logs.alert_id
        from alert_logs as logs
        where logs.payload_id = payloads.id
        order by logs.alert_id
    ) as alert_ids
from received_payloads as payloads
join integration_keys as keys on keys.id = payloads.integration_key_id;
