-- name: insert
insert into contact_methods (user_id, name, type, address, enabled, secret)
values (
    $1, $2, $3, $4, $5, case when (select is_signed from channel_types where channel_types.name = $3) then $6 end
)
returning id, secret

-- name: get
select * from contact_method_records where id = $2 and user_id = $1

-- name: lock
select * from contact_method_records where id = $2 and user_id = $1 for update

-- name: list
select * from contact_method_records
where user_id = $1 and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: of_ids
select * from contact_method_records
where user_id = $1 and id = any($2)
order by created_at, id

-- name: update
update contact_method_records set name = $2, address = $3, enabled = $4 where id = $1
returning *

-- name: delete
delete from contact_methods where id = $2 and user_id = $1 returning id
