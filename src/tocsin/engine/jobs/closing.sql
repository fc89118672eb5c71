-- name: load
select *, now() as now from alert_closing_records where id = any($1::bigint[])

-- name: wait
-- Write when the alert closes; a row that is lost is made anew. Nothing when it has moved since it was read.
insert into alert_closings as closings (alert_id, next_change)
select alerts.id, $3
from alerts
where
    alerts.id = $1
    and alerts.status <> 'closed'
    and ($2::bigint is not null or not exists (select from alert_closings where alert_id = $1))
on conflict (alert_id) do update
set next_change = excluded.next_change, version = closings.version + 1
where closings.version = $2
returning true as done

-- name: never
delete from alert_closings where alert_id = $1 and version = $2

-- name: close
-- Close the alert, unless something has happened to it since it was read.
with closed as (
    update alerts
    set status = 'closed', closed_at = now(), acknowledged_until = null
    where
        id = (
            select held.id
            from alerts as held
            where
                held.id = $1
                and held.status <> 'closed'
                and held.last_seen_at = $3
                and greatest(held.last_seen_at, held.touched_at, held.acknowledged_until) = $4
                and (
                    select closings.version from alert_closings as closings where closings.alert_id = $1
                ) is not distinct from $2
            for no key update of held
        )
    returning id
)
insert into alert_logs (alert_id, event, reason)
select closed.id, 'closed', $5 from closed
returning true as done
