-- name: load
-- Pages that may be due, each with its destination as it is now and all that decides whether it still goes out.
select
    messages.id,
    messages.status as page_status,
    messages.idempotency_key,
    messages.attempts,
    messages.next_attempt,
    messages.claimed_until,
    messages.claimed_by,
    messages.created_at as page_created_at,
    users.id as user_id,
    messages.target_name,
    messages.escalation_count,
    messages.step_number,
    messages.loop_count,
    coalesce(methods.id, channels.id) as destination_id,
    coalesce(services.team_id is not null and users.role = 'user' and members.user_id is null, false) as is_guest,
    coalesce(methods.type, channels.type) as destination_type,
    coalesce(methods.address, channels.address) as address,
    coalesce(methods.secret, channels.secret) as secret,
    coalesce(methods.enabled, channels.id is not null) as destination_enabled,
    cycles.ended_at is not null as cycle_ended,
    cycles.repeat_every is not null as outlives_acknowledgement,
    alerts.id as alert_id,
    alerts.status as alert_status,
    alerts.severity,
    alerts.summary,
    alerts.dedup_key,
    alerts.details,
    alerts.created_at as alert_created_at,
    services.id as service_id,
    services.name as service_name,
    held.maintenance_expires_at,
    held.maintenance_exceptions,
    held.window_ends_at,
    held.windows,
    held.stored_until as maintenance_until,
    policies.name as policy_name,
    later_page_goes(messages.*) as later_page_goes,
    others_move_before(messages.*, state.*) as others_move,
    now() as now
from outgoing_messages as messages
join alerts on alerts.id = messages.alert_id
join services on services.id = alerts.service_id
join service_maintenance as held on held.service_id = services.id
join escalation_policies as policies on policies.id = services.escalation_policy_id
left join contact_methods as methods on methods.id = messages.contact_method_id
left join channels on channels.id = messages.channel_id
left join users on users.id = messages.user_id
left join team_members as members on members.team_id = services.team_id and members.user_id = messages.user_id
left join notification_policy_cycles as cycles on cycles.id = messages.cycle_id
left join escalation_policy_state as state on state.alert_id = alerts.id
where messages.id = any($1::uuid[])

-- name: try_again
update outgoing_messages
set
    status = 'pending', reason = $3, next_attempt = now() + $4::interval,
    claimed_until = null, updated_at = now()
where id = $1 and attempts = $2 and status = 'sending'

-- name: failed
update outgoing_messages
set status = 'failed', reason = $3, claimed_until = null, updated_at = now()
where id = $1 and attempts = $2 and status = 'sending'

-- name: end
-- The page never goes out ($4 its state, $5 why), unless another engine than $3 has taken it since it was read.
update outgoing_messages
set status = $4, reason = $5, next_attempt = null, claimed_until = null, updated_at = now()
where
    id = $1 and attempts = $2
    and (status = 'pending' or (status = 'sending' and (claimed_by = $3 or claimed_until <= now())))

-- name: defer
update outgoing_messages
set status = 'pending', reason = $4, next_attempt = $5, claimed_until = null, updated_at = now()
where
    id = $1 and attempts = $2
    and (status = 'pending' or (status = 'sending' and (claimed_by = $3 or claimed_until <= now())))

-- name: release
-- Engine $2 gives up its claims of pages for the reason $3: their jobs see to them now. $4: 1 when nothing was sent, so
-- that the claim counts as no attempt, else 0.
update outgoing_messages as messages
set
    status = 'pending', reason = $3, attempts = attempts - $4, next_attempt = now(), claimed_until = null,
    updated_at = now()
from (
    select id from outgoing_messages
    where id = any($1::uuid[]) and claimed_by = $2 and status = 'sending'
    order by id
    for no key update
) as held
where messages.id = held.id

-- name: claims_but
-- The pages that engine $2 has claimed as it wrote them, but for these. Such a page has no job, while the job of one that
-- was claimed later is running, or is tried again.
select claimed.id
from outgoing_messages as claimed
where
    claimed.claimed_by = $2 and claimed.status = 'sending' and claimed.claimed_until > now()
    and claimed.id <> all($1::uuid[])
    and not exists (
        select from engine_jobs_of('page', claimed.id::text)
    )

-- name: let_go
-- What held a page has changed since that was read ($3 its end, $4 its exceptions): the page asks again now. In a
-- statement of its own, after the page has been put off: a change that this one does not see yet is followed by the
-- service's job, which then sees the page.
update outgoing_messages as messages
set next_attempt = now()
from alerts
join service_maintenance as held on held.service_id = alerts.service_id
where
    messages.id = $1 and messages.attempts = $2
    and messages.status = 'pending'
    and messages.reason = 'in_maintenance'
    and alerts.id = messages.alert_id
    and (
        held.maintenance_exceptions <> $4::text[]
        or held.stored_until is distinct from $3
    )
