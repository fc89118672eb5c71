-- name: insert
insert into notification_rules (user_id, contact_method_id, delay)
values ($1, $2, $3)
returning id, user_id, contact_method_id, delay, created_at

-- name: get
select id, user_id, contact_method_id, delay, created_at from notification_rules where id = $2 and user_id = $1

-- name: lock
select id, user_id, contact_method_id, delay, created_at
from notification_rules
where id = $2 and user_id = $1
for update

-- name: list
select id, user_id, contact_method_id, delay, created_at
from notification_rules
where user_id = $1 and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update notification_rules set contact_method_id = $2, delay = $3 where id = $1
returning id, user_id, contact_method_id, delay, created_at

-- name: delete
delete from notification_rules where id = $2 and user_id = $1 returning id

-- name: lock_contact_method
select id from contact_methods where id = $2 and user_id = $1 for key share
