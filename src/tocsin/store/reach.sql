-- name: people
-- Users with how they are reached: the rules whose contact method is enabled.
select
    users.id,
    users.name,
    (select count(*) from contact_methods as methods where methods.user_id = users.id) as methods,
    (select count(*) from contact_methods as methods where methods.user_id = users.id and methods.enabled) as enabled,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'contact_method', methods.name, 'delay_seconds', extract(epoch from rules.delay)
        ) order by rules.delay, rules.id), '[]')
        from notification_rules as rules
        join contact_methods as methods on methods.id = rules.contact_method_id
        where rules.user_id = users.id and methods.enabled
    ) as rules
from users
where users.id = any($1::uuid[])
