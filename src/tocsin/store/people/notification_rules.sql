-- name: insert
insert into notification_rule_records (user_id, contact_method_id, delay)
values ($1, $2, $3)
returning *

-- name: get
select * from notification_rule_records where id = $2 and user_id = $1

-- name: lock
select * from notification_rule_records where id = $2 and user_id = $1 for update

-- name: list
select * from notification_rule_records
where user_id = $1 and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update notification_rule_records set contact_method_id = $2, delay = $3 where id = $1
returning *

-- name: delete
delete from notification_rules where id = $2 and user_id = $1 returning id

-- name: lock_contact_method
select id from contact_methods where id = $2 and user_id = $1 for key share
