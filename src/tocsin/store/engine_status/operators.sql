-- name: policy
-- The policy that a setting names, by its id or else by its name.
select policies.id
from escalation_policies as policies
where policies.id::text = lower($1) or lower(policies.name) = lower($1)
order by policies.id::text = lower($1) desc
limit 1

-- name: addresses
-- Where users and channels are reached: by each enabled contact method that some rule uses, whatever its delay.
select methods.id, users.name, methods.type, methods.address, methods.secret, types.by_mail
from contact_methods as methods
join users on users.id = methods.user_id
join channel_types as types on types.name = methods.type
where
    methods.user_id = any($1::uuid[])
    and exists (select from active_notification_rules as rules where rules.contact_method_id = methods.id)
union all
select channels.id, channels.name, channels.type, channels.address, channels.secret, types.by_mail
from channels
join channel_types as types on types.name = channels.type
where channels.id = any($2::uuid[])

-- name: incident
select since, seen_at, well_at, told_at as notified_at, tellings as notices, claimed_until from engine_sickness

-- name: open
insert into engine_sickness (since) values (least($1, now())) on conflict do nothing

-- name: recover
update engine_sickness set well_at = now() where well_at is null

-- name: relapse
update engine_sickness set well_at = null

-- name: close
delete from engine_sickness where told_at is null and (claimed_until is null or claimed_until <= now())

-- name: claim
-- Of several processes that want to notify, one may; $1 is how many notices it knows of.
update engine_sickness
set claimed_until = now() + interval '1 minute', since = least(since, $2)
where tellings = $1 and (claimed_until is null or claimed_until <= now())
returning true

-- name: notified
update engine_sickness set told_at = now(), claimed_until = null, tellings = tellings + 1 where tellings = $1

-- name: notified_well
delete from engine_sickness where tellings = $1

-- name: not_notified
-- Nobody accepted it: somebody tries again soon.
update engine_sickness set claimed_until = now() + interval '15 seconds' where tellings = $1
