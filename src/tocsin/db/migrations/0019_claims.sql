-- A claim names the engine that holds it, and an engine says what it holds and which process it is: what a dead engine
-- held is free as soon as another knows that it is dead, instead of when the claim's time is over.

alter table outgoing_messages add column claimed_by uuid;
comment on column outgoing_messages.claimed_by is 'the engine that claimed it last';

alter table engine_instances
add column machine text,
add column process_started text,
add column managers uuid[] not null default '{}';
comment on column engine_instances.machine is 'where its pid means something; null: nowhere that it knows of';
comment on column engine_instances.process_started is 'tells its process from a later one with the same pid';
comment on column engine_instances.managers is
'the queue managers whose jobs it has in hand; none when these were taken from it';

-- A page is taken for one attempt. attempts is the claim's ticket: whoever comes second finds it moved. Nothing either
-- when the alert is no longer as it was read (N2). A claim that ran out was that of an engine that is gone: whether the
-- page went out then nobody knows, so the timeline says why there may be two.
create or replace function claim_page(work jsonb) returns integer language plpgsql as $$
declare
    attempt integer;
begin
    update outgoing_messages
    set
        status = 'sending', reason = case when status = 'sending' then 'engine_stopped_while_sending' end,
        attempts = attempts + 1, claimed_by = (work ->> 'claimed_by')::uuid,
        claimed_until = now() + (work ->> 'claim')::interval, next_attempt = null, updated_at = now()
    where
        id = (work ->> 'page_id')::uuid and attempts = (work ->> 'attempts')::integer
        and (status = 'pending' or (status = 'sending' and claimed_until <= now()))
        and (select alerts.status from alerts where alerts.id = outgoing_messages.alert_id) = work ->> 'alert_status'
    returning attempts into attempt;
    return attempt;
end $$;
