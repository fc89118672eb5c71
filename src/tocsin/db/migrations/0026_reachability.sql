-- Notification rules that page: their contact method is enabled.
create view active_notification_rules as
select
    rules.id,
    rules.user_id,
    rules.contact_method_id,
    rules.delay,
    rules.created_at,
    methods.name as contact_method_name,
    methods.type as contact_method_type
from notification_rules as rules
join contact_methods as methods on methods.id = rules.contact_method_id
where methods.enabled;

-- Whether anything can page a user. That mail needs a mail server the database does not know.
create view user_reachability as
select
    users.id as user_id,
    exists (select from active_notification_rules as rules where rules.user_id = users.id) as is_reachable
from users;

-- Somebody new at a step who can be paged: alerts that found nobody look again. A look that finds nobody is a round used
-- up, so it must not come before its time.
create or replace function step_on_call_changed() returns trigger language plpgsql as $$
begin
    perform engine_look_again(array(
        select steps.escalation_policy_id
        from escalation_policy_steps as steps
        join user_reachability as users on users.user_id = new.user_id
        where steps.id = new.ep_step_id and users.is_reachable
    ));
    return null;
end $$;
