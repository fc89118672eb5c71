-- Whether a rule that pages does so by mail, which needs a mail server.
create or replace view active_notification_rules as
select
    rules.id,
    rules.user_id,
    rules.contact_method_id,
    rules.delay,
    rules.created_at,
    methods.name as contact_method_name,
    methods.type as contact_method_type,
    types.by_mail
from notification_rules as rules
join contact_methods as methods on methods.id = rules.contact_method_id
join channel_types as types on types.name = methods.type
where methods.enabled;
