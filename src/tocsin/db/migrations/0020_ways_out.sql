-- What an engine can do is known to itself alone, from its own settings; who judges the configuration beside it asks here.
alter table engine_instances add column mails boolean;
comment on column engine_instances.mails is 'whether it has a mail server; null: it has not said so';
