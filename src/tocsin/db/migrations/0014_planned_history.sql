-- What the history of who is on call needs to tell planned moments, however late the engine acts: up to when the rows
-- tell it, and when people changed last what it follows from. What was in force before a change is not kept.

alter table schedule_state add column history_until timestamptz;
comment on column schedule_state.history_until is 'up to when schedule_on_call_users tells the schedule';
-- Nothing changed by itself before the next change that was foreseen.
update schedule_state set history_until = least(now(), next_change);
alter table schedule_state alter column history_until set not null, alter column history_until set default now();

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

create table ep_step_history (
    ep_step_id uuid primary key references escalation_policy_steps on delete cascade,
    changed_at timestamptz not null default now(),
    history_until timestamptz
);
comment on column ep_step_history.changed_at is 'when people last changed the targets of the step';
comment on column ep_step_history.history_until is 'up to when ep_step_on_call_users tells the step; null: nothing yet';

insert into rotation_changes (rotation_id, changed_at) select id, created_at from rotations;
insert into schedule_changes (schedule_id, changed_at) select id, created_at from schedules;
insert into ep_step_history (ep_step_id, changed_at, history_until)
select steps.id, due.first, due.first
from escalation_policy_steps as steps
cross join lateral (
    select least(now(), min(rotation_state.shift_end), min(schedule_state.next_change)) as first
    from escalation_policy_step_targets as targets
    left join rotation_state on rotation_state.rotation_id = targets.rotation_id
    left join schedule_state on schedule_state.schedule_id = targets.schedule_id
    where targets.escalation_policy_step_id = steps.id
) as due;

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

create function note_step_change(step uuid) returns void language sql as $$
    insert into ep_step_history (ep_step_id)
    select steps.id from escalation_policy_steps as steps where steps.id = step
    on conflict (ep_step_id) do update set changed_at = now()
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

create trigger note_change after insert on escalation_policy_steps
for each row execute function on_call_changed('note_step_change', 'id');
create trigger note_change after insert or update or delete on escalation_policy_step_targets
for each row execute function on_call_changed('note_step_change', 'escalation_policy_step_id');

-- A job that was away adds many stints at once, and each would wake the same policies: they are woken once a statement.
drop trigger wakeup on schedule_on_call_users;
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

-- Who was on call once finds no alert that waits.
drop trigger look_again on ep_step_on_call_users;
create trigger look_again after insert on ep_step_on_call_users
for each row when (new.end_time is null) execute function step_on_call_changed();
