-- name: account
-- The engine introduces itself, or says how it has been doing since.
insert into engine_instances (id, host, pid, version, lateness, paused_because)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update
set last_seen_at = now(), lateness = excluded.lateness, paused_because = excluded.paused_because

-- name: goodbye
delete from engine_instances where id = $1

-- name: prune_instances
delete from engine_instances where last_seen_at < now() - interval '1 day'

-- name: prune_log
-- PgQueuer keeps a row for each state of each job. What was picked and done is of no use after a while; why jobs
-- failed is kept for a month.
delete from pgqueuer_log
where
    created < now() - interval '10 minutes'
    and (status <> 'failed' or created < now() - interval '30 days')
