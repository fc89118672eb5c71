-- name: exists
select exists (select from alerts where id = $1)

-- name: before_newest
-- The place before the newest $2 entries; none when there are no more.
select entries.at, entries.source, entries.id
from (
    select logs.at, 0 as source, logs.id
    from alert_logs as logs
    where logs.alert_id = $1
    union all
    select states.at, states.source, states.id
    from page_states as states
    where states.alert_id = $1
) as entries
order by entries.at desc, entries.source desc, entries.id desc
offset $2
limit 1

-- name: page
-- What happened to an alert, oldest first, from the place ($2, $3, $4) on: its own log (source 0) and the states of its
-- pages, which come second where the moment is the same.
select entries.at, entries.source, entries.id, entries.event, entries.reason, entries.actor, entries.meta
from (
    select logs.at, 0 as source, logs.id, logs.event, logs.reason, logs.actor, logs.meta
    from alert_timeline as logs
    where logs.alert_id = $1
    union all
    select
        states.at,
        states.source,
        states.id,
        'page',
        states.reason,
        null,
        jsonb_build_object(
            'page_id', messages.id,
            'target', messages.target_name,
            'type', messages.destination_type,
            'status', states.status,
            'attempt', states.attempt,
            'user_id', users.id
        )
    from page_states as states
    join outgoing_messages as messages on messages.id = states.page_id
    left join users on users.id = messages.user_id
    where states.alert_id = $1
) as entries
where $2::timestamptz is null or (entries.at, entries.source, entries.id) > ($2, $3::integer, $4::bigint)
order by entries.at, entries.source, entries.id
limit $5
