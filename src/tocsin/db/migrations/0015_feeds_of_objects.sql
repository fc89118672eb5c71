-- A calendar feed holds the shifts of a user, of a schedule or of a team. id is that of whose shifts they are.

alter table calendar_feeds
drop constraint calendar_feeds_pkey,
alter column user_id drop not null,
add column schedule_id uuid references schedules on delete cascade,
add column team_id uuid references teams on delete cascade,
add column id uuid primary key generated always as (coalesce(user_id, schedule_id, team_id)) stored,
add constraint calendar_feeds_owner_check check (num_nonnulls(user_id, schedule_id, team_id) = 1);
create index calendar_feeds_user_id_idx on calendar_feeds (user_id) where user_id is not null;
create index calendar_feeds_schedule_id_idx on calendar_feeds (schedule_id) where schedule_id is not null;
create index calendar_feeds_team_id_idx on calendar_feeds (team_id) where team_id is not null;
