-- That the engine is sick, and what the operators were told of it: one row while it is, none in health. Processes that
-- watch the engine agree here on which of them tells.
create table engine_sickness (
    id boolean primary key default true check (id),
    since timestamptz not null,
    seen_at timestamptz not null default now(),
    well_at timestamptz,
    told_at timestamptz,
    tellings integer not null default 0,
    claimed_until timestamptz
);
comment on column engine_sickness.since is 'since when something is late or silent; no later than seen_at';
comment on column engine_sickness.seen_at is 'when it was first seen';
comment on column engine_sickness.well_at is 'since when nothing is wrong any more; null while something is';
comment on column engine_sickness.claimed_until is 'until then one process is telling the operators';
