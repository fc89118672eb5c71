-- Alerts of several requests that came at one time are raised in one transaction: for one message each, as the
-- statement `raise` does for one. The lists are of the requests, in their order; a route is what the routing rules of
-- the key say, null for a key that never had any. Returns a row for each request of which the key is known.
--
-- A request whose message is about the alert of an earlier one raises nothing (is_apart). It fails as a whole when one
-- of the messages cannot be stored, and when somebody holds a row that one of them needs for longer than 10 ms: the
-- others would have to wait as well, and whoever deadlocks with it goes on. Rows are locked in the order of services and
-- deduplication keys.
create function raise_together(
    token_hashes bytea[], types text[], ips text[],
    summaries text[], details_of text[], severities text[], labels_of text[], dedup_keys text[], mended_of text[],
    links_of text[], routes text[],
    paths text[], queries bytea[], content_types text[], bodies bytea[],
    roll_up_key text
)
returns table (
    place bigint, is_allowed boolean, is_current boolean, is_apart boolean,
    alert_id bigint, service_id uuid, is_new boolean, payload_id bigint
)
language plpgsql
set lock_timeout = '10ms'
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    return query
    with requests as materialized (
        select
            given.place,
            given.summary,
            given.details,
            given.severity,
            given.labels::jsonb as labels,
            given.dedup_key,
            given.mended::jsonb as mended,
            given.links::jsonb as links,
            given.route::jsonb as route,
            given.path,
            given.query,
            given.content_type,
            given.body,
            keys.id as key_id,
            coalesce((given.route::jsonb ->> 'service_id')::uuid, keys.service_id) as service_id,
            keys.type = given.type as is_allowed,
            keys.routing_version = coalesce((given.route::jsonb ->> 'version')::bigint, 0) as is_current,
            coalesce(keys.last_used_at < now() - interval '1 minute', true) as is_use_due,
            jsonb_build_object('type', 'integration_key', 'id', keys.id, 'name', keys.name, 'ip', given.ip) as actor
        from unnest(
            token_hashes, types, ips,
            summaries, details_of, severities, labels_of, dedup_keys, mended_of, links_of, routes,
            paths, queries, content_types, bodies
        ) with ordinality as given (
            token_hash, type, ip,
            summary, details, severity, labels, dedup_key, mended, links, route,
            path, query, content_type, body, place
        )
        join integration_keys as keys on keys.token_hash = given.token_hash and keys.revoked_at is null
    ),
    used as (
        select note_key_use(due.key_id)
        from (
            select distinct requests.key_id
            from requests
            where requests.is_use_due and requests.is_allowed
        ) as due
    ),
    acting as (
        select
            requests.place,
            requests.service_id,
            requests.dedup_key,
            row_number() over (partition by requests.service_id, requests.dedup_key order by requests.place) as turn
        from requests
        where requests.is_allowed and requests.is_current
    ),
    places as (
        select of_service.service_id, found.dedup_key, found.rolls_up
        from (
            select acting.service_id, array_agg(acting.dedup_key order by acting.place) as keys
            from acting
            where acting.turn = 1
            group by acting.service_id
        ) as of_service
        cross join lateral places_of(of_service.service_id, of_service.keys, roll_up_key) as found
    ),
    messages as materialized (
        select
            acting.place,
            requests.key_id,
            requests.service_id,
            requests.actor,
            requests.summary,
            requests.details,
            requests.severity,
            requests.labels,
            requests.dedup_key,
            requests.mended,
            requests.links,
            requests.route,
            places.rolls_up,
            case when places.rolls_up then roll_up_key else requests.dedup_key end as target_key,
            case
                when places.rolls_up
                    then count(*) over (partition by requests.service_id, places.rolls_up order by acting.place)
                else 1
            end as number,
            nextval('received_payloads_id_seq') as payload_id
        from acting
        join requests on requests.place = acting.place
        join places on places.service_id = acting.service_id and places.dedup_key = acting.dedup_key
        where acting.turn = 1
    ),
    received as (
        insert into received_payloads (id, integration_key_id, path, query, content_type, body)
        overriding system value
        select
            messages.payload_id, messages.key_id, requests.path, requests.query, requests.content_type, requests.body
        from messages
        join requests on requests.place = messages.place
        order by messages.place
    ),
    targets as (
        select
            messages.service_id,
            messages.key_id,
            messages.severity,
            messages.target_key as dedup_key,
            messages.summary,
            messages.details,
            messages.labels,
            messages.links,
            1 as count,
            now() + (messages.route ->> 'delay')::interval as delayed_until
        from messages
        where not messages.rolls_up
        union all
        select
            messages.service_id,
            (array_agg(messages.key_id order by messages.place))[1],
            (array['critical', 'error', 'warning', 'info'])[
                min(array_position(array['critical', 'error', 'warning', 'info'], messages.severity))
            ],
            roll_up_key,
            'Too many alerts are open: further ones are listed here',
            '',
            '{}',
            '[]',
            count(*),
            null
        from messages
        where messages.rolls_up
        group by messages.service_id
    ),
    raised as (
        insert into alerts as alert (
            service_id, integration_key_id, severity, dedup_key, summary, details, labels, links, count, delayed_until
        )
        select
            targets.service_id,
            targets.key_id,
            targets.severity,
            targets.dedup_key,
            targets.summary,
            targets.details,
            targets.labels,
            targets.links,
            targets.count,
            targets.delayed_until
        from targets
        order by targets.service_id, targets.dedup_key
        on conflict (service_id, dedup_key) where status <> 'closed' do update
        set
            count = alert.count + excluded.count,
            last_seen_at = now(),
            details = case when excluded.details = '' then alert.details else excluded.details end,
            links = case when excluded.links = '[]' then alert.links else excluded.links end,
            delayed_until = case
                when alert.delayed_until > now()
                    then least(alert.delayed_until, coalesce(excluded.delayed_until, now()))
                else alert.delayed_until
            end,
            severity = case
                when
                    array_position(array['critical', 'error', 'warning', 'info'], excluded.severity)
                    < array_position(array['critical', 'error', 'warning', 'info'], alert.severity)
                    then excluded.severity
                else alert.severity
            end
        returning alert.id, alert.service_id, alert.dedup_key, alert.count, alert.summary, alert.severity, alert.labels
    ),
    outcomes as materialized (
        select
            messages.place,
            messages.key_id,
            messages.actor,
            messages.dedup_key,
            messages.summary,
            messages.severity,
            messages.labels,
            messages.mended,
            messages.route,
            messages.rolls_up,
            messages.payload_id,
            raised.id as alert_id,
            raised.service_id,
            raised.count - max(messages.number) over (partition by raised.id) + messages.number as count,
            nullif(messages.summary, raised.summary) as other_summary,
            nullif(messages.severity, raised.severity) as other_severity,
            nullif(nullif(messages.labels, raised.labels), '{}') as other_labels
        from messages
        join raised on raised.service_id = messages.service_id and raised.dedup_key = messages.target_key
    ),
    rolled_up as (
        select roll_up(listed.alert_id, listed.dedup_key, listed.summary, listed.severity, listed.labels)
        from (
            select outcomes.alert_id, outcomes.dedup_key, outcomes.summary, outcomes.severity, outcomes.labels
            from outcomes
            where outcomes.rolls_up
            order by outcomes.service_id, outcomes.dedup_key
        ) as listed
    ),
    remembered as (
        select remember_routed(routed.key_id, routed.sent_key, routed.service_id, routed.dedup_key)
        from (
            select
                outcomes.key_id, outcomes.route ->> 'sent_key' as sent_key, outcomes.service_id, outcomes.dedup_key
            from outcomes
            where outcomes.route ->> 'sent_key' is not null
            order by outcomes.key_id, sent_key
        ) as routed
    ),
    logged as (
        insert into alert_logs (alert_id, event, actor, meta, payload_id)
        select
            outcomes.alert_id,
            case
                when outcomes.count = 1 then 'created'
                when outcomes.rolls_up then 'rolled_up'
                else 'duplicate_suppressed'
            end,
            outcomes.actor,
            jsonb_strip_nulls(jsonb_build_object(
                'count', outcomes.count,
                'summary', outcomes.other_summary,
                'severity', case when outcomes.count > 1 then outcomes.other_severity end,
                'labels', outcomes.other_labels,
                'mended', nullif(outcomes.mended, '[]'),
                'routed', outcomes.route -> 'said'
            )),
            outcomes.payload_id
        from outcomes
        order by outcomes.place
    )
    select
        requests.place,
        requests.is_allowed,
        requests.is_current,
        acting.turn > 1 as is_apart,
        outcomes.alert_id,
        outcomes.service_id,
        outcomes.count = 1 as is_new,
        outcomes.payload_id
    from requests
    left join acting on acting.place = requests.place
    left join outcomes on outcomes.place = requests.place
    where
        (select count(*) from used) >= 0  -- they are done, too
        and (select count(*) from rolled_up) >= 0
        and (select count(*) from remembered) >= 0;
end $$;
