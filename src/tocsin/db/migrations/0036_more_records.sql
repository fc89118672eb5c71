-- What is read of users and how they are reached, of tokens and keys that work, of channels, overrides and planned
-- maintenance: as in 0028, each column once.

-- A user, without anything secret.
create view user_records as
select
    users.id,
    users.name,
    users.email,
    users.role,
    users.created_at
from users;

-- A contact method, without its signing secret.
create view contact_method_records as
select
    methods.id,
    methods.user_id,
    methods.name,
    methods.type,
    methods.address,
    methods.enabled,
    methods.created_at
from contact_methods as methods;

create view notification_rule_records as
select
    rules.id,
    rules.user_id,
    rules.contact_method_id,
    rules.delay,
    rules.created_at
from notification_rules as rules;

-- A token that has not been revoked.
create view token_records as
select
    tokens.id,
    tokens.name,
    tokens.user_id,
    tokens.role,
    tokens.scope,
    tokens.created_at,
    tokens.last_used_at,
    tokens.expires_at
from api_tokens as tokens
where tokens.revoked_at is null;

-- An integration key that has not been revoked.
create view integration_key_records as
select
    keys.id,
    keys.service_id,
    keys.name,
    keys.type,
    keys.created_at,
    keys.last_used_at
from integration_keys as keys
where keys.revoked_at is null;

-- A channel, without its signing secret.
create view channel_records as
select
    channels.id,
    channels.team_id,
    channels.name,
    channels.type,
    channels.address,
    channels.created_at
from channels;

create view override_records as
select
    overrides.id,
    overrides.schedule_id,
    overrides.start_at,
    overrides.end_at,
    overrides.add_user_id,
    overrides.remove_user_id,
    overrides.created_at
from schedule_overrides as overrides;

create view maintenance_window_records as
select
    windows.id,
    windows.service_id,
    windows.start_at,
    windows.end_at,
    windows.weekly,
    windows.time_zone,
    windows.created_at
from maintenance_windows as windows;

-- Whom a schedule can put on call from now on: by a rule, a rotation, an override or a temporary schedule.
create view schedule_users as
select rules.schedule_id, rules.user_id
from schedule_rules as rules
where rules.user_id is not null
union
select rules.schedule_id, participants.user_id
from schedule_rules as rules
join rotation_participants as participants on participants.rotation_id = rules.rotation_id
union
select overrides.schedule_id, overrides.add_user_id
from schedule_overrides as overrides
where overrides.add_user_id is not null and overrides.end_at > now()
union
select temporary.schedule_id, shifts.user_id
from temporary_schedule_shifts as shifts
join temporary_schedules as temporary on temporary.id = shifts.temporary_schedule_id
where shifts.end_at > now();
