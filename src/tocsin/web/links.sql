-- name: signing_key
select signing_key from installation

-- The moment by which a link's expiry is judged, and whether the person it was sent to is still a user.
-- name: facts
select now() as now, $1::uuid is null or exists (select from users where id = $1) as person_exists
