-- The sweep (L2): what it has repaired, and how far the walk over all objects has come.

create table engine_repairs (
    id bigint generated always as identity primary key,
    kind text not null,
    object_id text not null,
    reason text not null,
    due timestamptz,
    repaired_at timestamptz not null default now()
);
comment on column engine_repairs.due is 'when the object should have moved; null: now, whenever that is';
create index engine_repairs_object_idx on engine_repairs (kind, object_id, repaired_at);
create index engine_repairs_repaired_at_idx on engine_repairs (repaired_at);

-- What was repaired three times in a minute, and has not moved, waits for the next one: its repair does not hold, and
-- asking again at once would be a busy loop.
create view engine_repaired_in_vain as
select repairs.kind, repairs.object_id, repairs.due
from engine_repairs as repairs
where repairs.repaired_at > now() - interval '1 minute'
group by repairs.kind, repairs.object_id, repairs.due
having count(*) >= 3;

-- What has no job in time within an interval from now, but for that. One expression, so that it becomes part of the
-- statement that calls it.
create function engine_to_repair(ahead interval)
returns table (kind text, id text, due timestamptz, reason text)
language sql stable as $$
    select alone.kind, alone.id, alone.due, alone.reason
    from engine_without_job(ahead) as alone
    where not exists (
        select from engine_repaired_in_vain as vain
        where
            vain.kind = alone.kind
            and vain.object_id = alone.id
            and vain.due is not distinct from nullif(alone.due, now())
    )
$$;

-- The walk goes through the objects of a kind in the order of their ids. Engines share it: who moves this id on takes the
-- objects that come after it; empty: the first ones.
create table engine_walk (
    kind text primary key,
    after text not null default '',
    rounds bigint not null default 0
);
create function engines_alive() returns bigint language sql stable as $$
    select greatest(count(*), 1) from engine_instances where last_seen_at > now() - interval '30 seconds'
$$;

insert into engine_walk (kind) values ('rotation'), ('schedule'), ('policy'), ('service'), ('alert');
