-- name: insert
insert into schedules (team_id, name, description, time_zone) values ($1, $2, $3, $4) returning id

-- name: get
select * from schedule_records where id = $1

-- name: lock
-- Whatever refers to the schedule can still be written meanwhile, the engine's rows among it.
select * from schedule_records where id = $1 for no key update

-- name: list
select * from schedule_records
where
    ($1::text is null or strpos(folded(name), folded($1)) > 0)
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::uuid))
order by created_at, id
limit $4

-- name: update
update schedules set team_id = $2, name = $3, description = $4, time_zone = $5 where id = $1

-- name: hold_state
-- Before the schedule is deleted: its rules, which go with it, lock its job, which comes after the state.
select from schedule_state where schedule_id = $1 for update

-- name: delete
delete from schedules where id = $1
