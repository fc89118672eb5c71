-- What the statement that takes a message in does seldom is done by functions, since whatever it holds is prepared for
-- each message, done or not.

-- The use of an integration key is noted at most once a minute, by nobody who would have to wait for it.
create function note_key_use(key uuid) returns void language sql as $$
    update integration_keys
    set last_used_at = now()
    where id = (
        select keys.id
        from integration_keys as keys
        where keys.id = key and (keys.last_used_at is null or keys.last_used_at < now() - interval '1 minute')
        for no key update skip locked
    )
$$;

-- An alert rolls up into another, once more or again. The other one's row is locked by then.
create function roll_up(into_alert bigint, key text, summary text, severity text, labels jsonb) returns void
language sql as $$
    insert into rolled_up_alerts as former (alert_id, dedup_key, summary, severity, labels)
    values (into_alert, key, summary, severity, labels)
    on conflict (alert_id, dedup_key) do update
    set
        count = former.count + 1,
        last_seen_at = now(),
        summary = excluded.summary,
        severity = excluded.severity,
        acknowledged_at = case when former.closed_at is null then former.acknowledged_at end,
        closed_at = null
$$;

alter function rolls_up(uuid, text, text) reset enable_bitmapscan;
