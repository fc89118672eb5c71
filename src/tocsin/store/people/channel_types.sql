-- name: save
-- In the order of their names, so that two processes that start at once do not wait for each other.
insert into channel_types (name, audit_address, is_signed, by_mail)
select registered.name, registered.audit_address, registered.is_signed, registered.by_mail
from unnest($1::text[], $2::text[], $3::boolean[], $4::boolean[])
    as registered (name, audit_address, is_signed, by_mail)
order by registered.name
on conflict (name) do update
set audit_address = excluded.audit_address, is_signed = excluded.is_signed, by_mail = excluded.by_mail
where
    (channel_types.audit_address, channel_types.is_signed, channel_types.by_mail)
    is distinct from (excluded.audit_address, excluded.is_signed, excluded.by_mail)
