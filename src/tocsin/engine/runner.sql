-- name: report_state
-- The engine reports that it is at work, and how late its jobs were.
insert into engine_instances (id, host, pid, version, lateness, paused_because)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update
set last_seen_at = now(), lateness = excluded.lateness, paused_because = excluded.paused_because

-- name: remove_instance
delete from engine_instances where id = $1

-- name: prune_instances
delete from engine_instances where last_seen_at < now() - interval '1 day'
