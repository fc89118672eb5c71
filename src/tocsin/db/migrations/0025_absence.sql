-- While no Tocsin runs nobody takes pings. Once one does again, a monitor whose deadline has passed meanwhile may be silent
-- for a little longer before it is down.
alter table heartbeat_state add column excused_until timestamptz;
comment on column heartbeat_state.excused_until is 'until then silence is not held against it; null: it has no excuse';
