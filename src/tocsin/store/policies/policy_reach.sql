-- name: people
-- Users with how they are reached: the rules whose contact method is enabled, apart from those that would mail although
-- there is no mail server ($2).
select
    users.id,
    users.name,
    (select count(*) from contact_methods as methods where methods.user_id = users.id) as methods,
    (select count(*) from contact_methods as methods where methods.user_id = users.id and methods.enabled) as enabled,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'contact_method', rules.contact_method_name, 'delay_seconds', extract(epoch from rules.delay)
        ) order by rules.delay, rules.id), '[]')
        from active_notification_rules as rules
        where rules.user_id = users.id and ($2 or not rules.by_mail)
    ) as rules,
    (
        select count(*)
        from active_notification_rules as rules
        where rules.user_id = users.id and not $2 and rules.by_mail
    ) as unmailed
from users
where users.id = any($1::uuid[])

-- name: methods
-- The user's contact methods, oldest first, with what decides whether they page: mail needs a mail server ($2).
select
    methods.id,
    methods.name,
    methods.enabled,
    exists (select from notification_rules as rules where rules.contact_method_id = methods.id) as has_rule,
    $2 or not types.by_mail as can_send
from contact_methods as methods
join channel_types as types on types.name = methods.type
where methods.user_id = $1
order by methods.created_at, methods.id
