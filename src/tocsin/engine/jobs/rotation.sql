-- name: move
-- Who is active from now on. Nothing when the row has moved since it was read, or has come into being. Whoever changes
-- the rotation is waited for: without a row there is nothing else that both of them hold first.
with held as (
    select id from rotations where id = $1 for no key update
)
insert into rotation_state as state (
    rotation_id, position, rotation_participant_id, shift_start, shift_end
)
select held.id, $3, $4, $5, $6
from held
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
with held as (
    select id from rotations where id = $1 for no key update
)
delete from rotation_state as state
using held
where state.rotation_id = held.id and state.version = $2
returning true as done
