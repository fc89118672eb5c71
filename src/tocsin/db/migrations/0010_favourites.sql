-- Services that somebody keeps an eye on.

create table favourite_services (
    user_id uuid not null references users on delete cascade,
    service_id uuid not null references services on delete cascade,
    created_at timestamptz not null default now(),
    primary key (user_id, service_id)
);
create index favourite_services_service_id_idx on favourite_services (service_id);
