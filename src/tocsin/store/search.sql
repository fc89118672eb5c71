-- name: objects
-- What bears a name that holds $1, at most $2 of each kind: names that begin with it come first.
with asked as (select folded($1::text) as text),
found as (
    select
        'service' as kind, services.id, services.name, policies.name as detail,
        strpos(folded(services.name), asked.text) as place
    from services
    join escalation_policies as policies on policies.id = services.escalation_policy_id
    cross join asked
    where strpos(folded(services.name), asked.text) > 0
    union all
    select 'policy', policies.id, policies.name, policies.description, strpos(folded(policies.name), asked.text)
    from escalation_policies as policies, asked
    where strpos(folded(policies.name), asked.text) > 0
    union all
    select 'schedule', schedules.id, schedules.name, schedules.time_zone, strpos(folded(schedules.name), asked.text)
    from schedules, asked
    where strpos(folded(schedules.name), asked.text) > 0
    union all
    select
        'rotation', rotations.id, rotations.name, rotations.type || ', ' || rotations.time_zone,
        strpos(folded(rotations.name), asked.text)
    from rotations, asked
    where strpos(folded(rotations.name), asked.text) > 0
    union all
    select 'person', users.id, users.name, users.email, coalesce(
        nullif(strpos(folded(users.name), asked.text), 0), 1000 + strpos(folded(users.email), asked.text)
    )
    from users, asked
    where strpos(folded(users.name), asked.text) > 0 or strpos(folded(users.email), asked.text) > 0
    union all
    select 'team', teams.id, teams.name, '', strpos(folded(teams.name), asked.text)
    from teams, asked
    where strpos(folded(teams.name), asked.text) > 0
    union all
    select 'channel', channels.id, channels.name, channels.type, strpos(folded(channels.name), asked.text)
    from channels, asked
    where strpos(folded(channels.name), asked.text) > 0
),
ranked as (
    select
        kind, id, name, detail,
        row_number() over (partition by kind order by place > 1, lower(name), id) as number
    from found
)
select kind, id, name, detail from ranked where number <= $2 order by kind, number

-- name: alerts
-- Alerts whose summary holds $1, or whose number is $2: that one first, then open ones, the newest first.
with hits as (
    (
        select alerts.id, 0 as rank from alerts where alerts.id = $2::bigint
    )
    union all
    (
        select alerts.id, 1
        from alerts
        where
            alerts.status <> 'closed'
            and alerts.id is distinct from $2::bigint
            and strpos(folded(alerts.summary), folded($1::text)) > 0
        order by alerts.id desc
        limit $3
    )
    union all
    (
        select alerts.id, 2
        from alerts
        where
            alerts.status = 'closed'
            and alerts.id is distinct from $2::bigint
            and strpos(folded(alerts.summary), folded($1::text)) > 0
        order by alerts.id desc
        limit $3
    )
)
select alerts.id, alerts.summary, alerts.status, alerts.severity, alerts.created_at, services.name as service_name
from hits
join alerts on alerts.id = hits.id
join services on services.id = alerts.service_id
order by hits.rank, hits.id desc
limit $3
