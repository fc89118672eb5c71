-- An alert that is triggered again before it has entered any step waits until its delay is over, as if nobody had
-- acknowledged it.
create or replace function alert_status_changed() returns trigger language plpgsql as $$
begin
    if new.status = 'closed' then
        delete from escalation_policy_state where alert_id = new.id;
    elsif new.status = 'acknowledged' then
        update escalation_policy_state
        set
            state = 'acknowledged', next_escalation = new.acknowledged_until, force_escalation = false,
            force_step_id = null, version = version + 1
        where alert_id = new.id;
    else
        update escalation_policy_state
        set
            state = case when step_number is null and new.delayed_until > now() then 'new' else state end,
            next_escalation = case
                when step_number is null and new.delayed_until > now() then new.delayed_until
                else now()
            end,
            version = version + 1
        where alert_id = new.id;
    end if;
    perform engine_enqueue('alert', new.id::text, now());
    return null;
end $$;
