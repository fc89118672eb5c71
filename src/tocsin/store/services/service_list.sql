-- name: page
-- Services by name, with what is open on each, and the maintenances that tell whether one of them holds it now. $6 are
-- the services to choose from; null: all.
select
    services.id,
    services.team_id,
    services.name,
    services.description,
    teams.name as team_name,
    policies.id as policy_id,
    policies.name as policy_name,
    exists (
        select from escalation_policy_steps as steps where steps.escalation_policy_id = policies.id
    ) as has_steps,
    open_alerts.triggered,
    open_alerts.acknowledged,
    held.maintenance_expires_at,
    held.window_ends_at,
    held.windows,
    now() as now
from services
join escalation_policies as policies on policies.id = services.escalation_policy_id
left join teams on teams.id = services.team_id
join service_maintenance as held on held.service_id = services.id
cross join lateral (
    select
        count(*) filter (where open.status = 'triggered') as triggered,
        count(*) filter (where open.status = 'acknowledged') as acknowledged
    from alerts as open
    where open.service_id = services.id and open.status <> 'closed'
) as open_alerts
where
    ($1::uuid is null or services.id = $1)
    and ($2::text is null or strpos(folded(services.name), folded($2)) > 0)
    and ($3::uuid is null or services.team_id = $3)
    and ($4::uuid is null or services.id in (
        select favourites.service_id from favourite_services as favourites where favourites.user_id = $4
    ))
    and (
        not $5
        or exists (select from alerts as open where open.service_id = services.id and open.status <> 'closed')
    )
    and ($6::uuid[] is null or services.id = any($6))
    and ($7::text is null or lower(services.name) > lower($7))
order by lower(services.name)
limit $8

-- name: maybe_held
-- The services that a maintenance may hold now: Python reads the windows, since weekly ones go by the clocks of a zone.
select held.service_id, held.maintenance_expires_at, held.window_ends_at, held.windows, now() as now
from service_maintenance as held
where
    held.stored_until > now()
    or held.service_id in (
        select windows.service_id
        from maintenance_windows as windows
        where windows.start_at <= now() and (windows.weekly or windows.end_at > now())
    )
