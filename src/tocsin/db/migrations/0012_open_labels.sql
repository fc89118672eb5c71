-- Open alerts by their labels, for related ones: however many closed alerts have a label, they are not read.

create index alerts_open_labels_idx on alerts using gin (labels jsonb_path_ops) where status <> 'closed';
