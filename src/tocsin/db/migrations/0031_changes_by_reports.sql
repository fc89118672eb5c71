-- What a further report changes of an open alert stands in its timeline, after the report: whichever statement counted
-- the report in.
create function alert_severity_changed() returns trigger language plpgsql as $$
begin
    insert into alert_logs (alert_id, event, meta)
    values (new.id, 'severity_changed', jsonb_build_object('from', old.severity, 'to', new.severity));
    return null;
end $$;

create trigger alert_severity_changed after update of severity on alerts
for each row when (old.severity is distinct from new.severity)
execute function alert_severity_changed();

create function alert_delay_ended() returns trigger language plpgsql as $$
begin
    insert into alert_logs (alert_id, event, meta)
    values (new.id, 'delay_ended', jsonb_build_object('until', old.delayed_until));
    return null;
end $$;

create trigger alert_delay_ended after update of delayed_until on alerts
for each row when (old.delayed_until > now() and new.delayed_until <= now())
execute function alert_delay_ended();
