-- How urgent an alert is, 0 the most: triggered before acknowledged before closed, and open ones by severity.
create function alert_urgency(status text, severity text) returns integer language sql immutable parallel safe as $$
    select case status when 'triggered' then 0 when 'acknowledged' then 4 else 8 end
        + case
            when status = 'closed' then 0
            when severity = 'critical' then 0
            when severity = 'error' then 1
            when severity = 'warning' then 2
            else 3
        end
$$;
create index alerts_urgency_idx on alerts (
    alert_urgency(status, severity), (case when status <> 'closed' then id end), id desc
);

-- Who acknowledged an alert of this status last, or took it for a while, and when; nobody when it is not acknowledged.
create function last_taken(alert_id bigint, status text) returns table (name text, at timestamptz)
language sql stable as $$
    select logs.actor ->> 'name', logs.at
    from alert_logs as logs
    where
        last_taken.status = 'acknowledged'
        and logs.alert_id = last_taken.alert_id
        and logs.event in ('acknowledged', 'snoozed')
        and logs.actor is not null
    order by logs.at desc, logs.id desc
    limit 1
$$;
