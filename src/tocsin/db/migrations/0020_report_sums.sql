-- What reports say of alerts that are no longer kept: sums by hour (of UTC), so that each viewer's days and nights can be
-- made of them.

create table report_sums (
    service_id uuid not null references services on delete cascade,
    hour timestamptz not null,
    alerts bigint not null default 0,
    acknowledged bigint not null default 0,
    closed bigint not null default 0,
    pages bigint not null default 0,
    primary key (service_id, hour)
);
comment on column report_sums.alerts is 'how many came in then';
comment on column report_sums.acknowledged is 'how many of these were acknowledged or snoozed, whenever';
comment on column report_sums.closed is 'how many of these were closed, whenever';
comment on column report_sums.pages is 'how many pages went out then, for whatever alert of the service';
create index report_sums_hour_idx on report_sums (hour);

create table report_people_sums (
    user_id uuid not null references users on delete cascade,
    hour timestamptz not null,
    alerts bigint not null default 0,
    pages bigint not null default 0,
    primary key (user_id, hour)
);
comment on column report_people_sums.alerts is 'of how many alerts the first page to them went out then';
create index report_people_sums_hour_idx on report_people_sums (hour);
