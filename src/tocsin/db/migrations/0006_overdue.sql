-- The invariant (L1): whatever can change by itself has a job waiting that is due no later than the change.

-- Everything that can change by itself, and when it does next.
create view engine_due as
select 'alert' as kind, state.alert_id::text as id, state.next_escalation as due
from escalation_policy_state as state
where state.next_escalation is not null
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

-- What breaks the invariant, with the reason. Empty in health.
create view engine_overdue as
select
    due.kind,
    due.id,
    due.due,
    case
        when exists (
            select from pgqueuer as job
            where job.entrypoint = due.kind and job.payload = convert_to(due.id, 'UTF8') and job.status = 'failed'
        ) then 'parked'
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
        and (job.status = 'picked' or (job.status = 'queued' and job.execute_after <= due.due))
);
