-- Rotations and schedules, and who is on call by them.
--
-- What can change by itself holds the moment of that change: rotation_state.shift_end, schedule_state.next_change. What
-- people change (rows of the first tables) and what the engine finds (rotation_state and the on-call rows) wakes the
-- jobs that depend on it, and no others.

create table rotations (
    id uuid primary key default gen_random_uuid(),
    team_id uuid references teams,
    name text not null,
    description text not null default '',
    time_zone text not null,
    type text not null check (type in ('hourly', 'daily', 'weekly', 'monthly')),
    shift_length integer not null check (shift_length between 1 and 1000),
    start_at timestamptz not null,
    created_at timestamptz not null default now()
);
create unique index rotations_name_key on rotations (lower(name));

create table rotation_participants (
    id uuid primary key default gen_random_uuid(),
    rotation_id uuid not null references rotations on delete cascade,
    position integer not null check (position >= 0),
    user_id uuid not null references users,
    constraint rotation_participants_position_key unique (rotation_id, position) deferrable initially deferred
);
create index rotation_participants_user_id_idx on rotation_participants (user_id);

-- Who is active. The participant is no foreign key: when it is removed, the position still says who comes next (R3).
create table rotation_state (
    rotation_id uuid primary key references rotations on delete cascade,
    position integer not null,
    rotation_participant_id uuid not null,
    shift_start timestamptz not null,
    shift_end timestamptz not null,
    version bigint not null default 0
);
create index rotation_state_shift_end_idx on rotation_state (shift_end);

create table schedules (
    id uuid primary key default gen_random_uuid(),
    team_id uuid references teams,
    name text not null,
    description text not null default '',
    time_zone text not null,
    created_at timestamptz not null default now()
);
create unique index schedules_name_key on schedules (lower(name));

-- Weekdays count from Monday 0; they name the day on which a shift starts. An end no later than the start is on the
-- next day.
create table schedule_rules (
    id uuid primary key default gen_random_uuid(),
    schedule_id uuid not null references schedules on delete cascade,
    position integer not null default 0,
    user_id uuid references users,
    rotation_id uuid constraint schedule_rules_rotation_id_fkey references rotations,
    weekdays smallint[] not null check (weekdays <@ '{0,1,2,3,4,5,6}'),
    start_time time not null,
    end_time time not null,
    check (num_nonnulls(user_id, rotation_id) = 1)
);
create index schedule_rules_schedule_id_idx on schedule_rules (schedule_id);
create index schedule_rules_user_id_idx on schedule_rules (user_id);
create index schedule_rules_rotation_id_idx on schedule_rules (rotation_id);

create table schedule_overrides (
    id uuid primary key default gen_random_uuid(),
    schedule_id uuid not null references schedules on delete cascade,
    start_at timestamptz not null,
    end_at timestamptz not null,
    add_user_id uuid references users,
    remove_user_id uuid references users,
    created_at timestamptz not null default now(),
    check (end_at > start_at),
    check (num_nonnulls(add_user_id, remove_user_id) >= 1 and add_user_id is distinct from remove_user_id)
);
create index schedule_overrides_schedule_id_idx on schedule_overrides (schedule_id, end_at);
create index schedule_overrides_add_user_id_idx on schedule_overrides (add_user_id);
create index schedule_overrides_remove_user_id_idx on schedule_overrides (remove_user_id);

create table temporary_schedules (
    id uuid primary key default gen_random_uuid(),
    schedule_id uuid not null references schedules on delete cascade,
    start_at timestamptz not null,
    end_at timestamptz not null,
    created_at timestamptz not null default now(),
    check (end_at > start_at)
);
create index temporary_schedules_schedule_id_idx on temporary_schedules (schedule_id, end_at);

create table temporary_schedule_shifts (
    id uuid primary key default gen_random_uuid(),
    temporary_schedule_id uuid not null references temporary_schedules on delete cascade,
    user_id uuid not null references users,
    start_at timestamptz not null,
    end_at timestamptz not null,
    check (end_at > start_at)
);
create index temporary_schedule_shifts_temporary_schedule_id_idx on temporary_schedule_shifts (temporary_schedule_id);
create index temporary_schedule_shifts_user_id_idx on temporary_schedule_shifts (user_id);

-- When a schedule can change next by itself; null: never again. version counts what the engine wrote.
create table schedule_state (
    schedule_id uuid primary key references schedules on delete cascade,
    next_change timestamptz,
    version bigint not null default 0,
    history_until timestamptz not null default now()
);
comment on column schedule_state.history_until is 'up to when schedule_on_call_users tells the schedule';
create index schedule_state_next_change_idx on schedule_state (next_change) where next_change is not null;

-- Who is on call by each schedule, with history: one row a stint. because names the rules, overrides and rotations.
create table schedule_on_call_users (
    id bigint generated always as identity primary key,
    schedule_id uuid not null references schedules on delete cascade,
    user_id uuid not null references users on delete cascade,
    because jsonb not null default '[]',
    start_time timestamptz not null default now(),
    end_time timestamptz
);
create unique index schedule_on_call_users_now_key on schedule_on_call_users (schedule_id, user_id)
where end_time is null;
create index schedule_on_call_users_history_idx on schedule_on_call_users (schedule_id, end_time);
create index schedule_on_call_users_user_id_idx on schedule_on_call_users (user_id);

create trigger audit after insert or update or delete on rotations for each row execute function audit_write();

create trigger audit after insert or update or delete on rotation_participants
for each row execute function audit_write();

create trigger audit after insert or update or delete on schedules for each row execute function audit_write();
create trigger audit after insert or update or delete on schedule_rules for each row execute function audit_write();
create trigger audit after insert or update or delete on schedule_overrides for each row execute function audit_write();

create trigger audit after insert or update or delete on temporary_schedules
for each row execute function audit_write();

create trigger audit after insert or update or delete on temporary_schedule_shifts
for each row execute function audit_write();

-- A change of a rotation or of its participants wakes the rotation.
create trigger wakeup after insert or update of type, shift_length, start_at, time_zone on rotations
for each row execute function engine_wake('rotation', 'id');

create trigger wakeup after insert or update or delete on rotation_participants
for each row execute function engine_wake('rotation', 'rotation_id');

-- The schedules and policies that use a rotation.
create function engine_wake_uses(rotation uuid) returns void language plpgsql as $$
begin
    perform engine_enqueue('schedule', using_it.schedule_id::text, now())
    from (
        select distinct rules.schedule_id from schedule_rules as rules where rules.rotation_id = rotation
        order by rules.schedule_id
    ) as using_it;
    perform engine_wake_policies(array(
        select targets.escalation_policy_step_id
        from escalation_policy_step_targets as targets
        where targets.rotation_id = rotation
    ));
end $$;

-- Somebody else at a place, which may be the active one: nothing moves in the rotation itself.
create function rotation_place_taken() returns trigger language plpgsql as $$
begin
    perform engine_wake_uses(new.rotation_id);
    return null;
end $$;

create trigger wakeup_on_user after update of user_id on rotation_participants
for each row when (old.user_id is distinct from new.user_id) execute function rotation_place_taken();

-- A handoff puts the next one into the queue, and wakes the schedules and policies that use the rotation.
create function rotation_state_changed() returns trigger language plpgsql as $$
begin
    if tg_op <> 'DELETE' then
        perform engine_enqueue('rotation', new.rotation_id::text, new.shift_end);
    end if;
    perform engine_wake_uses(coalesce(new.rotation_id, old.rotation_id));
    return null;
end $$;

create trigger wakeup after insert or update or delete on rotation_state
for each row execute function rotation_state_changed();

-- A change of a schedule, or of anything that belongs to it, wakes the schedule.
create trigger wakeup after insert or update of time_zone on schedules
for each row execute function engine_wake('schedule', 'id');

create trigger wakeup after insert or update or delete on schedule_rules
for each row execute function engine_wake('schedule', 'schedule_id');

create trigger wakeup after insert or update or delete on schedule_overrides
for each row execute function engine_wake('schedule', 'schedule_id');

create trigger wakeup after insert or update or delete on temporary_schedules
for each row execute function engine_wake('schedule', 'schedule_id');

create function temporary_shift_changed() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('schedule', temporary.schedule_id::text, now())
    from temporary_schedules as temporary
    where temporary.id in (new.temporary_schedule_id, old.temporary_schedule_id)
    order by temporary.schedule_id;
    return null;
end $$;

create trigger wakeup after insert or update or delete on temporary_schedule_shifts
for each row execute function temporary_shift_changed();

create function schedule_state_changed() returns trigger language plpgsql as $$
begin
    perform engine_enqueue('schedule', new.schedule_id::text, new.next_change);
    return null;
end $$;

create trigger wakeup after insert or update of next_change on schedule_state
for each row when (new.next_change is not null) execute function schedule_state_changed();

-- The history of who is on call tells planned moments, however late the engine acts. So it needs to know up to when the
-- rows tell it (schedule_state.history_until), and when people last changed what it follows from. What was in force
-- before a change is not kept.
create table rotation_changes (
    rotation_id uuid primary key references rotations on delete cascade,
    changed_at timestamptz not null default now()
);
comment on table rotation_changes is 'when people last changed who takes turns, or when';

create table schedule_changes (
    schedule_id uuid primary key references schedules on delete cascade,
    changed_at timestamptz not null default now()
);
comment on table schedule_changes is
'when people last changed what a schedule follows from; what they only add to it acts from its own created_at on';

-- Nothing when the object itself has just been deleted, and its parts with it.
create function note_rotation_change(rotation uuid) returns void language sql as $$
    insert into rotation_changes (rotation_id)
    select rotations.id from rotations where rotations.id = rotation
    on conflict (rotation_id) do update set changed_at = now()
$$;

create function note_schedule_change(schedule uuid) returns void language sql as $$
    insert into schedule_changes (schedule_id)
    select schedules.id from schedules where schedules.id = schedule
    on conflict (schedule_id) do update set changed_at = now()
$$;

-- The function to call is the first argument of the trigger, the column with the object's id the second. Of a row that
-- is moved from one object to another both are changed.
create function on_call_changed() returns trigger language plpgsql as $$
declare
    changed uuid;
begin
    for changed in
        select distinct ids.id
        from unnest(array[(to_jsonb(old) ->> tg_argv[1])::uuid, (to_jsonb(new) ->> tg_argv[1])::uuid]) as ids (id)
        where ids.id is not null
        order by ids.id
    loop
        execute format('select %I($1)', tg_argv[0]) using changed;
    end loop;
    return null;
end $$;

create trigger note_change after insert or update of type, shift_length, start_at, time_zone on rotations
for each row execute function on_call_changed('note_rotation_change', 'id');

create trigger note_change after insert or update or delete on rotation_participants
for each row execute function on_call_changed('note_rotation_change', 'rotation_id');

create trigger note_change after insert or update of time_zone on schedules
for each row execute function on_call_changed('note_schedule_change', 'id');

create trigger note_change after insert or update or delete on schedule_rules
for each row execute function on_call_changed('note_schedule_change', 'schedule_id');

create trigger note_change after update or delete on schedule_overrides
for each row execute function on_call_changed('note_schedule_change', 'schedule_id');

create trigger note_change after update or delete on temporary_schedules
for each row execute function on_call_changed('note_schedule_change', 'schedule_id');

-- The shifts of a temporary schedule that is made in the same transaction are part of what is added.
create function temporary_shift_noted() returns trigger language plpgsql as $$
begin
    perform note_schedule_change(temporary.schedule_id)
    from temporary_schedules as temporary
    where
        temporary.id in (new.temporary_schedule_id, old.temporary_schedule_id)
        and temporary.created_at < now()
    order by temporary.schedule_id;
    return null;
end $$;

create trigger note_change after insert or update or delete on temporary_schedule_shifts
for each row execute function temporary_shift_noted();

-- Who is on call by a schedule changed, which wakes the policies that use it.
create function schedule_on_call_changed() returns trigger language plpgsql as $$
begin
    perform engine_wake_policies(array(
        select targets.escalation_policy_step_id
        from escalation_policy_step_targets as targets
        where targets.schedule_id = coalesce(new.schedule_id, old.schedule_id)
    ));
    return null;
end $$;

create trigger wakeup after update or delete on schedule_on_call_users
for each row execute function schedule_on_call_changed();

create function schedule_on_call_added() returns trigger language plpgsql as $$
begin
    perform engine_wake_policies(array(
        select targets.escalation_policy_step_id
        from escalation_policy_step_targets as targets
        where targets.schedule_id in (select added.schedule_id from added)
    ));
    return null;
end $$;

create trigger wakeup_on_insert after insert on schedule_on_call_users
referencing new table as added
for each statement execute function schedule_on_call_added();

-- A rotation with its participants in order. Who is active is what the engine has stored; nobody is while there are no
-- participants.
create view rotation_records as
select
    rotations.id,
    rotations.team_id,
    rotations.name,
    rotations.description,
    rotations.time_zone,
    rotations.type,
    rotations.shift_length,
    rotations.start_at,
    rotations.created_at,
    array(
        select participants.user_id
        from rotation_participants as participants
        where participants.rotation_id = rotations.id
        order by participants.position
    ) as participants,
    active.user_id as active_user_id,
    state.position,
    state.shift_start as shift_started_at,
    state.shift_end as next_handoff_at
from rotations
left join rotation_state as state on state.rotation_id = rotations.id
left join rotation_participants as active on active.id = state.rotation_participant_id;

create view schedule_records as
select
    schedules.id,
    schedules.team_id,
    schedules.name,
    schedules.description,
    schedules.time_zone,
    schedules.created_at
from schedules;

-- A temporary schedule with its shifts in order of time.
create view temporary_schedule_records as
select
    temporary.id,
    temporary.schedule_id,
    temporary.start_at,
    temporary.end_at,
    temporary.created_at,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'user_id', shifts.user_id, 'start_at', shifts.start_at, 'end_at', shifts.end_at
        ) order by shifts.start_at, shifts.end_at, shifts.user_id), '[]')
        from temporary_schedule_shifts as shifts
        where shifts.temporary_schedule_id = temporary.id
    ) as shifts
from temporary_schedules as temporary;

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

-- The secret address under which a calendar finds the shifts of a user, of a schedule or of a team: one each, known by
-- its hash. id is that of whose shifts they are.
create table calendar_feeds (
    id uuid primary key generated always as (coalesce(user_id, schedule_id, team_id)) stored,
    user_id uuid references users on delete cascade,
    schedule_id uuid references schedules on delete cascade,
    team_id uuid references teams on delete cascade,
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    constraint calendar_feeds_owner_check check (num_nonnulls(user_id, schedule_id, team_id) = 1)
);
create unique index calendar_feeds_token_hash_key on calendar_feeds (token_hash);
create index calendar_feeds_user_id_idx on calendar_feeds (user_id) where user_id is not null;
create index calendar_feeds_schedule_id_idx on calendar_feeds (schedule_id) where schedule_id is not null;
create index calendar_feeds_team_id_idx on calendar_feeds (team_id) where team_id is not null;

create trigger audit after insert or delete or update of token_hash on calendar_feeds
for each row execute function audit_write();
