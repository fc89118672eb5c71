-- name: insert
insert into users (name, email, role, password_hash)
values ($1, $2, $3, $4)
returning id, name, email, role, created_at

-- name: get
select id, name, email, role, created_at from users where id = $1

-- name: lock
select id, name, email, role, created_at from users where id = $1 for update

-- name: list
select id, name, email, role, created_at
from users
where
    ($1::text is null or strpos(lower(name), lower($1)) > 0 or strpos(lower(email), lower($1)) > 0)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update users set name = $2, email = $3, role = $4 where id = $1
returning id, name, email, role, created_at

-- name: set_password
update users set password_hash = $2 where id = $1

-- name: delete
delete from users where id = $1

-- name: other_admins
select count(*) from (select id from users where role = 'admin' and id <> $1 for update) as others

-- name: password
select id, password_hash from users where lower(email) = lower($1)
