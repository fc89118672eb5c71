-- What says whether a maintenance holds a service's alerts: a maintenance by hand and the planned windows that can still
-- run. Python reads the windows (weekly ones go by the clocks of their zone). window_ends_at is what the engine found
-- in them last, which counts for who cannot read them; stored_until is that or the maintenance by hand, as of then.
create view service_maintenance as
select
    services.id as service_id,
    services.maintenance_expires_at,
    services.maintenance_exceptions,
    state.window_ends_at,
    greatest(services.maintenance_expires_at, state.window_ends_at) as stored_until,
    case
        when exists (select from maintenance_windows as windows where windows.service_id = services.id)
            then maintenance_windows_of(services.id)
        else '[]'
    end as windows
from services
left join service_state as state on state.service_id = services.id;

drop function held_until(escalation_policy_state, timestamptz);
