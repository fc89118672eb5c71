-- The types of integration keys, one for each format of messages. A web process adds those of its formats when it starts.
create table integration_key_types (name text primary key);
insert into integration_key_types (name) values ('generic');

alter table integration_keys drop constraint integration_keys_type_check;
alter table integration_keys
    add constraint integration_keys_type_fkey foreign key (type) references integration_key_types;
