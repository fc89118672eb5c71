-- name: of_monitor
select history.status, history.reason, history.started_at, history.ended_at, history.alert_id
from heartbeat_history as history
where
    history.monitor_id = $1
    and (history.ended_at is null or history.ended_at > now() - interval '366 days')
order by history.started_at desc, history.id desc
limit 1000
