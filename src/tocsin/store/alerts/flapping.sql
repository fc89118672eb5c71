-- name: lock
-- The alert, which stays as it is until the transaction ends, and what its service calls flapping.
select alerts.status, alerts.service_id, alerts.dedup_key, services.flap_count, services.flap_within
from alerts
join services on services.id = alerts.service_id
where alerts.id = $1
for no key update of alerts

-- name: count
-- Count a close by the source of the service $1 under the key $2: how many it is within $3, as far as $4.
insert into alert_flaps as flaps (service_id, dedup_key, closes)
values ($1, $2, array[now()])
on conflict (service_id, dedup_key) do update
set
    closes = array(
        select closes.at
        from unnest(flaps.closes || now()) as closes (at)
        where closes.at > now() - $3::interval
        order by closes.at desc
        limit $4::integer
    ),
    last_close_at = now()
returning cardinality(closes)

-- name: put_off
-- The alert is well from now on, and closes once it has been so for $2.
insert into alert_closings as closings (alert_id, recovered_at, next_change)
values ($1, now(), now() + $2::interval)
on conflict (alert_id) do update
set
    recovered_at = excluded.recovered_at,
    next_change = least(closings.next_change, excluded.next_change),
    version = closings.version + 1
