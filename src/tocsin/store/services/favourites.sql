-- name: of_user
select service_id from favourite_services where user_id = $1

-- name: add
insert into favourite_services (user_id, service_id) values ($1, $2) on conflict do nothing

-- name: remove
delete from favourite_services where user_id = $1 and service_id = $2
