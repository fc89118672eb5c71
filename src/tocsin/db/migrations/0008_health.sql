-- Whether the engine is well: who runs, the invariant, and what was repaired.
--
-- The invariant (L1): whatever can change by itself has a job waiting that is due no later than the change.

-- The engine processes that are, or were lately, at work.
create table engine_instances (
    id uuid primary key,
    host text not null,
    pid integer not null,
    version text not null,
    started_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    lateness jsonb not null default '{}',
    paused_because text,
    machine text,
    process_started text,
    managers uuid[] not null default '{}',
    mails boolean
);
comment on column engine_instances.paused_because is 'why it takes no jobs; null: it does';
comment on column engine_instances.machine is 'where its pid means something; null: nowhere that it knows of';
comment on column engine_instances.process_started is 'tells its process from a later one with the same pid';
comment on column engine_instances.managers is
'the queue managers whose jobs it has in hand; none when these were taken from it';
comment on column engine_instances.mails is 'whether it has a mail server; null: it has not said so';

-- Everything that can change by itself, and when it does next. A page or an alert without a moment has missed it.
create view engine_due as
select 'alert' as kind, state.alert_id::text as id, state.next_escalation as due
from escalation_policy_state as state
where state.next_escalation is not null
union all
-- Held although nothing holds it any longer, and whoever was to wake it has nothing more to do.
select 'alert', state.alert_id::text, now()
from escalation_policy_state as state
join services on services.id = state.service_id
join escalation_policies as policies on policies.id = services.escalation_policy_id
join service_maintenance as held on held.service_id = services.id
where
    state.state in ('maintenance', 'no_steps')
    and state.next_escalation is null
    and case state.state
        when 'maintenance' then coalesce(held.stored_until, '-infinity') <= now()
        else exists (
            select from escalation_policy_steps as steps
            where steps.escalation_policy_id = policy_to_climb(state.*, policies.*)
        )
    end
    and not engine_has_job('service', services.id::text, now())
    and not engine_has_job('policy_alerts', policy_to_climb(state.*, policies.*)::text, now())
union all
select 'cycle', cycles.id::text, cycles.next_tick
from notification_policy_cycles as cycles
where cycles.next_tick is not null
union all
select 'page', messages.id::text, messages.next_attempt
from outgoing_messages as messages
where messages.status = 'pending'
union all
select 'page', messages.id::text, messages.claimed_until
from outgoing_messages as messages
where messages.status = 'sending'
union all
select 'service', services.id::text, services.maintenance_expires_at
from services
where services.maintenance_expires_at is not null
union all
select 'service', state.service_id::text, state.next_change
from service_state as state
where state.next_change is not null
union all
select 'rotation', state.rotation_id::text, state.shift_end
from rotation_state as state
union all
select 'schedule', state.schedule_id::text, state.next_change
from schedule_state as state
where state.next_change is not null;

-- What has lost the row that says when it changes next, so that no moment is known. An open alert's row comes and goes
-- with it in one transaction; the others come into being by a job.
create view engine_stateless as
select 'rotation' as kind, rotations.id::text as id, rotations.created_at as since
from rotations
where
    not exists (select from rotation_state as state where state.rotation_id = rotations.id)
    and exists (select from rotation_participants as participants where participants.rotation_id = rotations.id)
    and not engine_has_job('rotation', rotations.id::text, now())
union all
select 'schedule', schedules.id::text, schedules.created_at
from schedules
where
    not exists (select from schedule_state as state where state.schedule_id = schedules.id)
    and not engine_has_job('schedule', schedules.id::text, now())
union all
select 'service', windows.service_id::text, min(windows.created_at)
from maintenance_windows as windows
where
    (windows.weekly or windows.end_at > now())
    and not exists (select from service_state as state where state.service_id = windows.service_id)
    and not engine_has_job('service', windows.service_id::text, now())
group by windows.service_id
union all
-- Of the newest alerts, for which nobody has been paged yet; the reconciler looks at all. Two indexes tell.
select 'alert', open.id::text, open.created_at
from alerts as open
where
    open.status <> 'closed'
    and open.id > (select coalesce(max(alerts.id), 0) - 10000 from alerts)
    and not exists (
        select from escalation_policy_state as state
        where state.alert_id = open.id and state.alert_id > (select coalesce(max(alerts.id), 0) - 10000 from alerts)
    );

-- The jobs that see to what is due up to a moment: those that run or are parked, those that wait for that moment or an
-- earlier one, and those that failed and are tried again, two minutes from now at the latest.
create function engine_jobs_within(ahead interval)
returns table (kind text, payload bytea, is_waiting boolean, is_retry boolean, execute_after timestamptz)
language sql stable as $$
    select job.entrypoint, job.payload, true, job.attempts > 0, job.execute_after
    from pgqueuer as job
    where
        job.status = 'queued'
        -- Only with the kind is the queue in order of time; a join might read all of the index.
        and job.entrypoint = any (array(select kinds.name from job_kinds as kinds))
        and job.execute_after <= now() + greatest(ahead, interval '2 minutes')
    union all
    select job.entrypoint, job.payload, false, false, job.execute_after
    from pgqueuer as job
    where job.status = 'picked'
    union all
    select job.entrypoint, job.payload, false, false, job.execute_after
    from pgqueuer as job
    where job.status = 'failed'
$$;

-- What is due within ``ahead`` and has no job in time, with the reason. A page whose destination is busy has a job a
-- moment later than its row says, and so has what failed and is tried again.
--
-- Objects and jobs are read by time, so it costs what is about to change and not all that waits. What has lost its state
-- is looked for too, unless only the next minute is asked for. It is one expression, which becomes part of the statement
-- that calls it.
create function engine_without_job(ahead interval)
returns table (kind text, id text, due timestamptz, reason text)
language sql stable as $$
    select
        due.kind,
        due.id,
        due.due,
        case
            when exists (
                select from pgqueuer as job
                where
                    job.entrypoint = due.kind
                    and job.payload = convert_to(due.id, 'UTF8')
                    and job.status = 'queued'
                    and job.execute_after > due.due
            ) then 'job_too_late'
            else 'no_job'
        end
    from engine_due as due
    where
        due.due <= now() + ahead
        and not exists (
            select from engine_jobs_within(ahead) as job
            where
                job.kind = due.kind
                and job.payload = convert_to(due.id, 'UTF8')
                and (
                    not job.is_waiting
                    or job.is_retry
                    or job.execute_after <= due.due
                    or (job.kind = 'page' and job.execute_after <= now() + interval '20 seconds')
                )
        )
    union all
    select stateless.kind, stateless.id, stateless.since, 'no_state'
    from engine_stateless as stateless
    where ahead > interval '1 minute'
$$;

-- What breaks the invariant among all that is due within ``ahead``. A parked job stands for its object, due or not: the
-- next job of the object that ends well takes it away.
create function engine_overdue_within(ahead interval)
returns table (kind text, id text, due timestamptz, reason text)
language sql stable as $$
    select alone.kind, alone.id, alone.due, alone.reason
    from engine_without_job(ahead) as alone
    union all
    select job.entrypoint, convert_from(job.payload, 'UTF8'), job.execute_after, 'parked'
    from pgqueuer as job
    where job.status = 'failed'
$$;

-- What breaks the invariant within the next five minutes. Empty in health. What is due later comes into sight in time.
create view engine_overdue as
select overdue.kind, overdue.id, overdue.due, overdue.reason
from engine_overdue_within(interval '5 minutes') as overdue;

create table engine_repairs (
    id bigint generated always as identity primary key,
    kind text not null,
    object_id text not null,
    reason text not null,
    due timestamptz,
    repaired_at timestamptz not null default now()
);
comment on column engine_repairs.due is 'when the object should have moved; null: now, whenever that is';
create index engine_repairs_object_idx on engine_repairs (kind, object_id, repaired_at);
create index engine_repairs_repaired_at_idx on engine_repairs (repaired_at);

-- What was repaired three times in a minute, and has not moved, waits for the next one: its repair does not hold, and
-- asking again at once would be a busy loop.
create view engine_repaired_in_vain as
select repairs.kind, repairs.object_id, repairs.due
from engine_repairs as repairs
where repairs.repaired_at > now() - interval '1 minute'
group by repairs.kind, repairs.object_id, repairs.due
having count(*) >= 3;

-- What has no job in time within an interval from now, but for that. One expression, so that it becomes part of the
-- statement that calls it.
create function engine_to_repair(ahead interval)
returns table (kind text, id text, due timestamptz, reason text)
language sql stable as $$
    select alone.kind, alone.id, alone.due, alone.reason
    from engine_without_job(ahead) as alone
    where not exists (
        select from engine_repaired_in_vain as vain
        where
            vain.kind = alone.kind
            and vain.object_id = alone.id
            and vain.due is not distinct from nullif(alone.due, now())
    )
$$;

-- The reconciler goes through the objects of a kind in the order of their ids. Engines share a round: who moves this
-- id on takes the objects that come after it. An empty id is before the first.
create table engine_walk (
    kind text primary key,
    after text not null default '',
    rounds bigint not null default 0
);

insert into engine_walk (kind) values ('rotation'), ('schedule'), ('policy'), ('service'), ('alert');

create function engines_alive() returns bigint language sql stable as $$
    select greatest(count(*), 1) from engine_instances where last_seen_at > now() - interval '30 seconds'
$$;

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
