-- Everything that a step can notify whose name holds $1, up to $2 of each kind.
-- name: find
select found.type, found.id, found.name, found.detail
from (
    (
        select 1 as place, 'schedule' as type, schedules.id, schedules.name, schedules.time_zone as detail
        from schedules
        where strpos(folded(schedules.name), folded($1)) > 0
        order by lower(schedules.name)
        limit $2
    )
    union all
    (
        select 2, 'rotation', rotations.id, rotations.name, rotations.type
        from rotations
        where strpos(folded(rotations.name), folded($1)) > 0
        order by lower(rotations.name)
        limit $2
    )
    union all
    (
        select 3, 'user', users.id, users.name, users.email
        from users
        where strpos(folded(users.name), folded($1)) > 0 or strpos(folded(users.email), folded($1)) > 0
        order by lower(users.name), users.id
        limit $2
    )
    union all
    (
        select 4, 'channel', channels.id, channels.name, channels.type
        from channels
        where strpos(folded(channels.name), folded($1)) > 0
        order by lower(channels.name)
        limit $2
    )
) as found
order by found.place, lower(found.name), found.id
