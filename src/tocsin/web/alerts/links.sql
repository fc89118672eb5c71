-- name: signing_key
select signing_key from installation

-- name: facts
-- The moment by which a link's expiry is judged, and what it depends on: the person it was sent to ($1, null for a
-- channel), the contact method or channel it was sent by ($2, null when it does not say), and the alert's team ($3).
select
    now() as now,
    $1::uuid is null or users.id is not null as person_exists,
    $2::uuid is null
    or exists (select from contact_methods where id = $2 and user_id = $1 and enabled)
    or ($1 is null and exists (select from channels where id = $2)) as destination_works,
    users.role,
    coalesce(
        (select jsonb_object_agg(team_id, team_members.role) from team_members where user_id = users.id), '{}'
    ) as teams,
    (
        select services.team_id from alerts inner join services on services.id = alerts.service_id
        where alerts.id = $3
    ) as team_id
from (select) as one
left join users on users.id = $1
