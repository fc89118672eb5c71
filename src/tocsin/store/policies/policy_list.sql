-- name: page
-- Escalation policies by name, with what uses them.
select
    policies.id,
    policies.team_id,
    policies.name,
    policies.description,
    policies.repeat,
    teams.name as team_name,
    catch_all.id as catch_all_id,
    catch_all.name as catch_all_name,
    (select count(*) from services where services.escalation_policy_id = policies.id) as service_count,
    array(
        select services.name
        from services
        where services.escalation_policy_id = policies.id
        order by lower(services.name)
        limit 3
    ) as service_names,
    (
        select count(*) from escalation_policy_state as open where open.escalation_policy_id = policies.id
    ) as open_alerts
from escalation_policies as policies
left join teams on teams.id = policies.team_id
left join escalation_policies as catch_all on catch_all.id = policies.catch_all_policy_id
where
    ($1::uuid is null or policies.id = $1)
    and ($2::text is null or strpos(folded(policies.name), folded($2)) > 0)
    and ($3::uuid is null or policies.team_id = $3)
    and ($4::text is null or lower(policies.name) > lower($4))
order by lower(policies.name)
limit $5

-- name: services
-- The services that use a policy.
select services.id, services.name
from services
where services.escalation_policy_id = $1
order by lower(services.name)
limit $2

-- name: choices
select policies.id, policies.team_id, policies.name from escalation_policies as policies order by lower(policies.name)
