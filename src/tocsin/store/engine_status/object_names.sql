-- name: names
-- What people call the objects that jobs move: $1 holds their kinds, $2 their ids. An id that names nothing, or nothing
-- any more, has no row.
select asked.kind, asked.id, named.name
from (
    select
        kinds.kind,
        kinds.id,
        case when kinds.kind in ('alert', 'closing') and kinds.id ~ '^\d{1,18}$' then kinds.id::bigint end as number,
        case when kinds.kind not in ('alert', 'closing') and kinds.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then kinds.id::uuid end
            as uuid
    from unnest($1::text[], $2::text[]) as kinds (kind, id)
) as asked
cross join lateral (
    select alerts.summary as name from alerts where alerts.id = asked.number
    union all
    select users.name || ', alert ' || cycles.alert_id
    from notification_policy_cycles as cycles
    join users on users.id = cycles.user_id
    where asked.kind = 'cycle' and cycles.id = asked.uuid
    union all
    select messages.target_name || ', alert ' || messages.alert_id
    from outgoing_messages as messages
    where asked.kind = 'page' and messages.id = asked.uuid
    union all
    select rotations.name from rotations where asked.kind = 'rotation' and rotations.id = asked.uuid
    union all
    select schedules.name from schedules where asked.kind = 'schedule' and schedules.id = asked.uuid
    union all
    select 'claims of ' || engines.host || ':' || engines.pid
    from engine_instances as engines
    where asked.kind = 'claims' and engines.id = asked.uuid
    union all
    select services.name from services where asked.kind = 'service' and services.id = asked.uuid
    union all
    select monitors.name
    from heartbeat_monitors as monitors
    where asked.kind = 'heartbeat' and monitors.id = asked.uuid
    union all
    select policies.name
    from escalation_policies as policies
    where asked.kind in ('policy', 'policy_alerts') and policies.id = asked.uuid
) as named
