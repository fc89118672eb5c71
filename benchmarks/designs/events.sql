-- name: install
-- Who changes something tells it; what was changed is told by kind and id.
create function rival_tell() returns trigger language plpgsql as $$
begin
    perform pg_notify('rival', tg_argv[0] || ':' || (to_jsonb(coalesce(new, old)) ->> tg_argv[1]));
    return null;
end $$;
create trigger rival_tell after insert on escalation_policy_state
for each row execute function rival_tell('alert', 'alert_id');
create trigger rival_tell after insert or update on rotations
for each row execute function rival_tell('rotation', 'id');
create trigger rival_tell after insert or update or delete on rotation_participants
for each row execute function rival_tell('rotation', 'rotation_id');
create trigger rival_tell after insert or update or delete on schedule_rules
for each row execute function rival_tell('schedule', 'schedule_id');
create trigger rival_tell after insert or update or delete on schedule_overrides
for each row execute function rival_tell('schedule', 'schedule_id');
create trigger rival_tell after insert or delete on escalation_policy_steps
for each row execute function rival_tell('policy', 'escalation_policy_id');
