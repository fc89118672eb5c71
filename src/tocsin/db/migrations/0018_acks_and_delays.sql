-- An acknowledgement follows its service's ack_timeout, also when that changes later; one until a moment that a person
-- chose stays.

alter table alerts add column acknowledged_from timestamptz;
comment on column alerts.acknowledged_from is
'from when the service''s ack_timeout counts for the acknowledgement; null: a person chose its end';

update alerts
set acknowledged_from = last.at
from (
    select open.id, latest.at
    from alerts as open
    cross join lateral (
        select logs.at, logs.event
        from alert_logs as logs
        where logs.alert_id = open.id and logs.event in ('acknowledged', 'snoozed')
        order by logs.id desc
        limit 1
    ) as latest
    where open.status = 'acknowledged' and latest.event = 'acknowledged'
    order by open.id
    for no key update of open
) as last
where alerts.id = last.id;

-- When an acknowledgement runs out by what its service says now; null: never.
create function acknowledgement_ends(alert alerts, service services) returns timestamptz language sql immutable as $$
    select case
        when alert.acknowledged_from is not null then alert.acknowledged_from + service.ack_timeout
        else alert.acknowledged_until
    end
$$;

-- Each open alert looks up by its own job, which the service's job wakes.
create trigger wakeup_on_ack_timeout after update of ack_timeout on services
for each row when (old.ack_timeout is distinct from new.ack_timeout)
execute function engine_wake('service', 'id');

-- A step waits for 9,000 minutes at most, which is more than six days; those that were made before stay as they are.
alter table escalation_policy_steps
add constraint escalation_policy_steps_delay_bound check (delay <= interval '9000 minutes') not valid;
