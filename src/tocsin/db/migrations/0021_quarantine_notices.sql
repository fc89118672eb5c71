-- What the operators were told of each quarantine. Processes that watch agree here on which of them tells.
create table quarantine_notices (
    integration_key_id uuid primary key references integration_keys on delete cascade,
    told_at timestamptz,
    claimed_until timestamptz
);
comment on column quarantine_notices.claimed_until is 'until then one process is telling the operators';
