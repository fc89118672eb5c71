-- Changes that were made to a service, as senders tell of them; kept for 90 days. They are no configuration of ours.

create table service_changes (
    id bigint generated always as identity primary key,
    service_id uuid not null references services on delete cascade,
    integration_key_id uuid references integration_keys on delete set null,
    summary text not null,
    source text not null default '',
    details text not null default '',
    links jsonb not null default '[]' check (jsonb_typeof(links) = 'array'),
    changed_at timestamptz not null default now()
);
create index service_changes_service_id_idx on service_changes (service_id, changed_at, id);
create index service_changes_integration_key_id_idx on service_changes (integration_key_id);
