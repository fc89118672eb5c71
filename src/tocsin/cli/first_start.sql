-- name: make
-- Everything in one statement: the first start is made whole or not at all.
with admin as (
    insert into users (name, email, role, password_hash) values ('Administrator', $1, 'admin', $2) returning id
),
token as (
    insert into api_tokens (name, user_id, role, scope, token_hash, expires_at)
    select 'first start', admin.id, 'admin', 'admin', $3, now() + make_interval(days => $5) from admin
),
policy as (
    insert into escalation_policies (name, description, repeat)
    values ('First policy', 'Pages the administrator every five minutes, three rounds.', 2)
    returning id
),
step as (
    insert into escalation_policy_steps (escalation_policy_id, step_number, delay)
    select policy.id, 0, interval '5 minutes' from policy
    returning id
),
target as (
    insert into escalation_policy_step_targets (escalation_policy_step_id, user_id)
    select step.id, admin.id from step, admin
),
service as (
    insert into services (name, description, escalation_policy_id)
    select 'First service', 'To try Tocsin with.', policy.id from policy
    returning id
)
insert into integration_keys (service_id, name, type, token_hash)
select service.id, 'first start', 'generic', $4 from service
