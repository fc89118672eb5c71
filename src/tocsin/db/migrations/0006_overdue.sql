-- The invariant (L1): whatever can change by itself has a job waiting that is due no later than the change.

-- Alerts that wait for somebody else's change instead of a moment.
create index escalation_policy_state_held_idx on escalation_policy_state (service_id)
where state in ('maintenance', 'no_steps') and next_escalation is null;

create function engine_has_job(job_kind text, object_id text, due timestamptz) returns boolean
language plpgsql stable as $$
begin
    return exists (
        select from pgqueuer as job
        where
            job.entrypoint = job_kind
            and job.payload = convert_to(object_id, 'UTF8')
            and (job.status = 'picked' or (job.status = 'queued' and job.execute_after <= due))
    );
end $$;

-- Everything that can change by itself, and when it does next.
create view engine_due as
select 'alert' as kind, state.alert_id::text as id, state.next_escalation as due
from escalation_policy_state as state
where state.next_escalation is not null
union all
-- Held although nothing holds it any longer, and whoever was to wake it has nothing more to do.
select 'alert', state.alert_id::text, now()
from escalation_policy_state as state
join services on services.id = state.service_id
left join service_state on service_state.service_id = services.id
where
    state.state in ('maintenance', 'no_steps')
    and state.next_escalation is null
    and case state.state
        when 'maintenance' then
            coalesce(greatest(services.maintenance_expires_at, service_state.window_ends_at), '-infinity') <= now()
        else exists (
            select from escalation_policy_steps as steps
            where steps.escalation_policy_id = services.escalation_policy_id
        )
    end
    and not engine_has_job('service', services.id::text, now())
    and not engine_has_job('policy_alerts', services.escalation_policy_id::text, now())
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

-- What breaks the invariant, with the reason. Empty in health. A parked job stands for its object, due or not: the next
-- job of the object that ends well takes it away.
create view engine_overdue as
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
                and job.status in ('queued', 'picked')
        ) then 'job_too_late'
        else 'no_job'
    end as reason
from engine_due as due
where not exists (
    select from pgqueuer as job
    where
        job.entrypoint = due.kind
        and job.payload = convert_to(due.id, 'UTF8')
        and (job.status in ('picked', 'failed') or (job.status = 'queued' and job.execute_after <= due.due))
)
union all
select job.entrypoint, convert_from(job.payload, 'UTF8'), job.execute_after, 'parked'
from pgqueuer as job
where job.status = 'failed';
