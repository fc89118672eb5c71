-- name: insert
insert into channels (team_id, name, type, address, secret)
values ($1, $2, $3, $4, case when (select is_signed from channel_types where channel_types.name = $3) then $5 end)
returning id, secret

-- name: get
select * from channel_records where id = $1

-- name: lock
select * from channel_records where id = $1 for update

-- name: list
select * from channel_records
where
    ($1::text is null or strpos(folded(name), folded($1)) > 0)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update channel_records set team_id = $2, name = $3, address = $4 where id = $1
returning *

-- name: delete
delete from channels where id = $1
