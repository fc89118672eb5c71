-- Rotations and schedules, who is on call by them, and whom each step of a policy would page.
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
    version bigint not null default 0
);
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

alter table escalation_policy_step_targets
add column rotation_id uuid constraint escalation_policy_step_targets_rotation_id_fkey references rotations,
add column schedule_id uuid constraint escalation_policy_step_targets_schedule_id_fkey references schedules,
drop constraint escalation_policy_step_targets_check,
add constraint escalation_policy_step_targets_check check (
    num_nonnulls(user_id, channel_id, rotation_id, schedule_id) = 1
),
add unique (escalation_policy_step_id, rotation_id),
add unique (escalation_policy_step_id, schedule_id);
create index escalation_policy_step_targets_rotation_id_idx on escalation_policy_step_targets (rotation_id)
where rotation_id is not null;
create index escalation_policy_step_targets_schedule_id_idx on escalation_policy_step_targets (schedule_id)
where schedule_id is not null;

-- A target as type and id. One expression, so that it becomes part of the statement that calls it.
create function step_target(target escalation_policy_step_targets) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'type', case
            when target.user_id is not null then 'user'
            when target.channel_id is not null then 'channel'
            when target.rotation_id is not null then 'rotation'
            else 'schedule'
        end,
        'id', coalesce(target.user_id, target.channel_id, target.rotation_id, target.schedule_id)
    )
$$;

-- Whom each step would page, with history: one row a stint. because names the targets, rotations and rules.
create table ep_step_on_call_users (
    id bigint generated always as identity primary key,
    ep_step_id uuid not null references escalation_policy_steps on delete cascade,
    user_id uuid not null references users on delete cascade,
    because jsonb not null default '[]',
    start_time timestamptz not null default now(),
    end_time timestamptz
);
create unique index ep_step_on_call_users_now_key on ep_step_on_call_users (ep_step_id, user_id) where end_time is null;
create index ep_step_on_call_users_history_idx on ep_step_on_call_users (ep_step_id, end_time);
create index ep_step_on_call_users_user_id_idx on ep_step_on_call_users (user_id);

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

-- The policies that some steps belong to.
create function engine_wake_policies(step_ids uuid[]) returns void language plpgsql as $$
begin
    perform engine_enqueue('policy', woken.escalation_policy_id::text, now())
    from (
        select distinct steps.escalation_policy_id
        from escalation_policy_steps as steps
        where steps.id = any(step_ids)
        order by steps.escalation_policy_id
    ) as woken;
end $$;

-- A rotation: itself.
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

-- Its state: its own next handoff, and the schedules and policies that use it.
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

-- A schedule, and all that belongs to it: itself.
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

-- Who is on call by it: the policies that use it.
create function schedule_on_call_changed() returns trigger language plpgsql as $$
begin
    perform engine_wake_policies(array(
        select targets.escalation_policy_step_id
        from escalation_policy_step_targets as targets
        where targets.schedule_id = coalesce(new.schedule_id, old.schedule_id)
    ));
    return null;
end $$;
create trigger wakeup after insert or update or delete on schedule_on_call_users
for each row execute function schedule_on_call_changed();

-- A policy's steps and targets: the policy's mirror. (Its open alerts are woken by 'policy_alerts', see 0004.)
create function policy_target_changed() returns trigger language plpgsql as $$
begin
    perform engine_wake_policies(array[new.escalation_policy_step_id, old.escalation_policy_step_id]);
    if tg_op <> 'DELETE' and new.channel_id is not null then
        perform engine_look_again(array(
            select steps.escalation_policy_id
            from escalation_policy_steps as steps
            where steps.id = new.escalation_policy_step_id
        ));
    end if;
    return null;
end $$;
create trigger wakeup after insert or update or delete on escalation_policy_step_targets
for each row execute function policy_target_changed();

-- Somebody new at a step who can be paged: alerts that found nobody look again. A look that finds nobody is a round used
-- up, so it must not come before its time.
create function step_on_call_changed() returns trigger language plpgsql as $$
begin
    perform engine_look_again(array(
        select steps.escalation_policy_id
        from escalation_policy_steps as steps
        where
            steps.id = new.ep_step_id
            and exists (
                select from notification_rules as rules
                join contact_methods as methods on methods.id = rules.contact_method_id
                where rules.user_id = new.user_id and methods.enabled
            )
    ));
    return null;
end $$;
create trigger look_again after insert on ep_step_on_call_users
for each row execute function step_on_call_changed();
