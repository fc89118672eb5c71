-- Escalation policies, their steps, and whom each step would page.

create table escalation_policies (
    id uuid primary key default gen_random_uuid(),
    team_id uuid references teams,
    name text not null,
    description text not null default '',
    repeat integer check (repeat >= 0),
    catch_all_policy_id uuid constraint escalation_policies_catch_all_policy_id_fkey references escalation_policies
    check (catch_all_policy_id <> id),
    created_at timestamptz not null default now()
);
comment on column escalation_policies.repeat is 'rounds after the first; null repeats for ever';
comment on column escalation_policies.catch_all_policy_id is 'takes over an alert when this policy is exhausted';
create index escalation_policies_catch_all_policy_id_idx on escalation_policies (catch_all_policy_id)
where catch_all_policy_id is not null;
create unique index escalation_policies_name_key on escalation_policies (lower(name));

create table escalation_policy_steps (
    id uuid primary key default gen_random_uuid(),
    escalation_policy_id uuid not null references escalation_policies on delete cascade,
    step_number integer not null check (step_number >= 0),
    delay interval not null check (delay > interval '0')
    constraint escalation_policy_steps_delay_bound check (delay <= interval '9000 minutes'),
    if_nobody text not null default 'skip' check (if_nobody in ('skip', 'wait')),
    ack_by text not null default 'anyone' check (ack_by in ('anyone', 'everyone')),
    constraint escalation_policy_steps_number_key unique (escalation_policy_id, step_number)
    deferrable initially deferred
);

create table escalation_policy_step_targets (
    id uuid primary key default gen_random_uuid(),
    escalation_policy_step_id uuid not null references escalation_policy_steps on delete cascade,
    position integer not null default 0,
    user_id uuid references users,
    channel_id uuid references channels,
    rotation_id uuid constraint escalation_policy_step_targets_rotation_id_fkey references rotations,
    schedule_id uuid constraint escalation_policy_step_targets_schedule_id_fkey references schedules,
    constraint escalation_policy_step_targets_check
    check (num_nonnulls(user_id, channel_id, rotation_id, schedule_id) = 1),
    unique (escalation_policy_step_id, user_id),
    unique (escalation_policy_step_id, channel_id),
    unique (escalation_policy_step_id, rotation_id),
    unique (escalation_policy_step_id, schedule_id)
);
create index escalation_policy_step_targets_user_id_idx on escalation_policy_step_targets (user_id);
create index escalation_policy_step_targets_channel_id_idx on escalation_policy_step_targets (channel_id);
create index escalation_policy_step_targets_rotation_id_idx on escalation_policy_step_targets (rotation_id)
where rotation_id is not null;
create index escalation_policy_step_targets_schedule_id_idx on escalation_policy_step_targets (schedule_id)
where schedule_id is not null;

create trigger audit after insert or update or delete on escalation_policies
for each row execute function audit_write();

create trigger audit after insert or update or delete on escalation_policy_steps
for each row execute function audit_write();

create trigger audit after insert or update or delete on escalation_policy_step_targets
for each row execute function audit_write();

-- Steps that come, go or change places move the open alerts of their policy (A6).
create trigger wakeup after insert or delete on escalation_policy_steps
for each row execute function engine_wake('policy_alerts', 'escalation_policy_id');

create trigger wakeup_on_change after update of step_number, escalation_policy_id on escalation_policy_steps
for each row when (
    old.step_number is distinct from new.step_number
    or old.escalation_policy_id is distinct from new.escalation_policy_id
)
execute function engine_wake('policy_alerts', 'escalation_policy_id');

-- With another catch-all, or none, the alerts that stand on the former one go back to the policy.
create trigger wakeup_on_catch_all after update of catch_all_policy_id on escalation_policies
for each row when (old.catch_all_policy_id is distinct from new.catch_all_policy_id)
execute function engine_wake('policy_alerts', 'id');

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

-- Wakes the policies that some steps belong to.
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

-- A change of a step's targets wakes the policy, whose job works out whom each step would page; a channel that is added
-- also wakes the alerts that found nobody.
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
        join user_reachability as users on users.user_id = new.user_id
        where steps.id = new.ep_step_id and users.is_reachable
    ));
    return null;
end $$;

create table ep_step_history (
    ep_step_id uuid primary key references escalation_policy_steps on delete cascade,
    changed_at timestamptz not null default now(),
    history_until timestamptz
);
comment on column ep_step_history.changed_at is 'when people last changed the targets of the step';
comment on column ep_step_history.history_until is 'up to when ep_step_on_call_users tells the step; null: nothing yet';

create function note_step_change(step uuid) returns void language sql as $$
    insert into ep_step_history (ep_step_id)
    select steps.id from escalation_policy_steps as steps where steps.id = step
    on conflict (ep_step_id) do update set changed_at = now()
$$;

create trigger note_change after insert on escalation_policy_steps
for each row execute function on_call_changed('note_step_change', 'id');

create trigger note_change after insert or update or delete on escalation_policy_step_targets
for each row execute function on_call_changed('note_step_change', 'escalation_policy_step_id');

create trigger look_again after insert on ep_step_on_call_users
for each row when (new.end_time is null) execute function step_on_call_changed();

create view policy_records as
select
    policies.id,
    policies.team_id,
    policies.name,
    policies.description,
    policies.repeat,
    policies.catch_all_policy_id,
    policies.created_at
from escalation_policies as policies;
