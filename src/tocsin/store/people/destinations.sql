-- name: types
-- The types of all addresses that there are.
select type from contact_methods
union
select type from channels

-- name: contact_method
-- Where a contact method of a user leads, and the user's name.
select users.name, methods.type, methods.address, methods.secret
from contact_methods as methods
join users on users.id = methods.user_id
where methods.user_id = $1 and methods.id = $2

-- name: channel
select name, type, address, secret from channels where id = $1
