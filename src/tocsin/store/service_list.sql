-- Services by name, with what is open on each, and until when a maintenance of it runs now.
-- name: page
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
    maintenance.until as maintenance_until,
    standing.triggered,
    standing.acknowledged
from services
join escalation_policies as policies on policies.id = services.escalation_policy_id
left join teams on teams.id = services.team_id
left join service_state as state on state.service_id = services.id
cross join lateral (
    select max(each.ends_at) as until
    from (values (services.maintenance_expires_at), (state.window_ends_at)) as each (ends_at)
    where each.ends_at > now()
) as maintenance
cross join lateral (
    select
        count(*) filter (where open.state <> 'acknowledged') as triggered,
        count(*) filter (where open.state = 'acknowledged') as acknowledged
    from escalation_policy_state as open
    where open.service_id = services.id
) as standing
where
    ($1::uuid is null or services.id = $1)
    and ($2::text is null or strpos(folded(services.name), folded($2)) > 0)
    and ($3::uuid is null or services.team_id = $3)
    and ($4::uuid is null or services.id in (
        select favourites.service_id from favourite_services as favourites where favourites.user_id = $4
    ))
    and (not $5 or exists (select from escalation_policy_state as open where open.service_id = services.id))
    and (not $6 or maintenance.until is not null)
    and ($7::text is null or lower(services.name) > lower($7))
order by lower(services.name)
limit $8
