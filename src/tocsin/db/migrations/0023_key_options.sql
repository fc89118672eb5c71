-- What an integration key is set to, by the names of the options that its format has.

alter table integration_keys
add column options jsonb not null default '{}'
constraint integration_keys_options_check check (jsonb_typeof(options) = 'object');

drop trigger audit on integration_keys;

create trigger audit after insert or delete or update of name, type, service_id, revoked_at, options on integration_keys
for each row execute function audit_write();

-- An integration key that has not been revoked.
create or replace view integration_key_records as
select
    keys.id,
    keys.service_id,
    keys.name,
    keys.type,
    keys.created_at,
    keys.last_used_at,
    keys.options
from integration_keys as keys
where keys.revoked_at is null;
