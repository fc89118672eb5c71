-- The secret address under which somebody's calendar finds their shifts: one each, known by its hash.

create table calendar_feeds (
    user_id uuid primary key references users on delete cascade,
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz
);
create unique index calendar_feeds_token_hash_key on calendar_feeds (token_hash);

create trigger audit after insert or delete or update of token_hash on calendar_feeds
for each row execute function audit_write();
