-- Where each of many alerts goes that are raised at once.

-- As rolls_up, for many keys: which alerts with these keys have no place of their own on a service and roll up: those that have rolled up already,
-- and new ones once as many as may be are open. No roll_up_key: none. No lock makes that sure: as many more may be open
-- as there are statements at a time. The index of open alerts is read up to the limit, whatever the planner thinks of a
-- table that was empty when it planned.
create function places_of(service uuid, keys text[], roll_up_key text)
returns table (dedup_key text, rolls_up boolean) language plpgsql stable
set enable_seqscan = off
as $$
declare
    roll_up bigint;
    room bigint;
begin
    if roll_up_key is not null then
        select
            (
                select alerts.id
                from alerts
                where
                    alerts.service_id = service and alerts.dedup_key = roll_up_key and alerts.status <> 'closed'
            ),
            services.open_alert_limit - (
                select count(*)
                from (
                    select
                    from alerts
                    where
                        alerts.service_id = service
                        and alerts.status <> 'closed'
                        and services.open_alert_limit is not null
                    order by alerts.dedup_key
                    limit services.open_alert_limit
                ) as open
            )
        into roll_up, room
        from services
        where services.id = service;
    end if;
    if roll_up is null and (room is null or room >= cardinality(keys)) then
        return query select given.key, false from unnest(keys) as given (key);
        return;
    end if;
    return query
    select
        given.key,
        case
            when own.id is not null then false
            when former.alert_id is not null then true
            else coalesce(
                row_number() over (
                    partition by own.id is null and former.alert_id is null order by given.number
                ) > room,
                false
            )
        end
    from unnest(keys) with ordinality as given (key, number)
    left join alerts as own
        on own.service_id = service and own.dedup_key = given.key and own.status <> 'closed'
    left join rolled_up_alerts as former
        on former.alert_id = roll_up and former.dedup_key = given.key and former.closed_at is null;
end $$;
