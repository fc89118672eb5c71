-- Reports ask for what came in, went out and was taken within a time.
create index alerts_created_at_idx on alerts (created_at);
create index outgoing_messages_sent_at_idx on outgoing_messages (sent_at) where sent_at is not null;
create index alert_logs_taken_idx on alert_logs (alert_id, at) where event in ('acknowledged', 'snoozed');
