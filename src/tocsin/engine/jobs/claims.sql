-- name: pass_on
-- The pages of engine $1 whose claims have ended get jobs. Returns how many, and when the next claim ends.
with claimed as (
    select messages.id, messages.claimed_until
    from outgoing_messages as messages
    where messages.status = 'sending' and messages.claimed_by = $1 and messages.claimed_until is not null
),
passed_on as (
    select engine_enqueue('page', ended.id::text, now(), 0)
    from (select claimed.id from claimed where claimed.claimed_until <= now() order by claimed.id) as ended
)
select
    (select count(*) from passed_on) as ended,
    (select min(claimed.claimed_until) from claimed where claimed.claimed_until > now()) as next_end
