-- name: move
-- Who is active from now on. Nothing when the row has moved since it was read, or has come into being.
insert into rotation_state as state (
    rotation_id, position, rotation_participant_id, shift_start, shift_end
)
select $1, $3, $4, $5, $6
where $2::bigint is not null or not exists (select from rotation_state where rotation_id = $1)
on conflict (rotation_id) do update
set
    position = excluded.position,
    rotation_participant_id = excluded.rotation_participant_id,
    shift_start = excluded.shift_start,
    shift_end = excluded.shift_end,
    version = state.version + 1
where state.version = $2
returning true as done

-- name: end
delete from rotation_state where rotation_id = $1 and version = $2 returning true as done
