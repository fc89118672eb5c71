-- An organisation with alerts under way, as pg_dump read it from a database of schema version 13: the rows alone.
INSERT INTO public.teams VALUES
	('90fd4ae5-11d0-4ee3-8170-110b3e98148d', 'Platform', '2026-11-02 08:30:00+00');
INSERT INTO public.escalation_policies VALUES
	('0672e69e-8afa-48c1-bdfe-06e5b04dd682', NULL, 'Databases', '', 2, NULL, '2026-11-02 08:30:00+00');
INSERT INTO public.services VALUES
	('38692a4d-8fe1-40c8-aa76-116ee033b098', '90fd4ae5-11d0-4ee3-8170-110b3e98148d', 'db1', '', '0672e69e-8afa-48c1-bdfe-06e5b04dd682', NULL, '{}', NULL, '2026-11-02 08:30:00+00');
INSERT INTO public.integration_keys VALUES
	('60077864-b628-4d51-8878-857ef0a7208e', '38692a4d-8fe1-40c8-aa76-116ee033b098', 'Monitoring', 'generic', '\xe04fa9fa6d8ec4495c4d216efe2b0294261533382ae1840adac27201feefa41a', '2026-11-02 08:30:00+00', NULL, NULL);
INSERT INTO public.alerts OVERRIDING SYSTEM VALUE VALUES
	(1, '38692a4d-8fe1-40c8-aa76-116ee033b098', NULL, 'triggered', 'critical', 'replication is behind', '', '{}', 'replication is behind', 1, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', NULL, NULL, NULL),
	(2, '38692a4d-8fe1-40c8-aa76-116ee033b098', NULL, 'acknowledged', 'critical', 'disk is full', '', '{}', 'disk is full', 1, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', NULL, NULL),
	(3, '38692a4d-8fe1-40c8-aa76-116ee033b098', NULL, 'closed', 'critical', 'a backup failed', '', '{}', 'a backup failed', 1, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', NULL, NULL, '2026-11-02 08:30:00+00');
INSERT INTO public.alert_logs OVERRIDING SYSTEM VALUE VALUES
	(1, 1, '2026-11-02 08:30:00+00', 'created', NULL, '{"id": null, "ip": null, "name": "tester", "type": "cli"}', '{"count": 1}'),
	(2, 1, '2026-11-02 08:30:00+00', 'escalated', 'first_step', NULL, '{"users": [{"id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "name": "Ann", "because": [{"by": [{"id": "27e2c758-7fb9-4370-af70-c311af9f3fc1", "type": "rule", "rotation_id": "826d58df-d75e-42f8-806d-ccc758423e75"}], "id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "type": "schedule"}]}, {"id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "name": "Cid", "because": [{"by": [{"id": "14c4f6fc-7f05-48e3-ab30-79707b2ba011", "type": "rule"}], "id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "type": "schedule"}]}], "due_at": "2026-11-02T08:30:00+00:00", "step_id": "c77fe4af-3e71-48ea-b649-345a34920ac2", "channels": ["ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0"], "loop_count": 0, "step_number": 0, "unreachable": [], "next_in_seconds": 300.0}'),
	(3, 2, '2026-11-02 08:30:00+00', 'created', NULL, '{"id": null, "ip": null, "name": "tester", "type": "cli"}', '{"count": 1}'),
	(4, 2, '2026-11-02 08:30:00+00', 'escalated', 'first_step', NULL, '{"users": [{"id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "name": "Ann", "because": [{"by": [{"id": "27e2c758-7fb9-4370-af70-c311af9f3fc1", "type": "rule", "rotation_id": "826d58df-d75e-42f8-806d-ccc758423e75"}], "id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "type": "schedule"}]}, {"id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "name": "Cid", "because": [{"by": [{"id": "14c4f6fc-7f05-48e3-ab30-79707b2ba011", "type": "rule"}], "id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "type": "schedule"}]}], "due_at": "2026-11-02T08:30:00+00:00", "step_id": "c77fe4af-3e71-48ea-b649-345a34920ac2", "channels": ["ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0"], "loop_count": 0, "step_number": 0, "unreachable": [], "next_in_seconds": 300.0}'),
	(5, 3, '2026-11-02 08:30:00+00', 'created', NULL, '{"id": null, "ip": null, "name": "tester", "type": "cli"}', '{"count": 1}'),
	(6, 3, '2026-11-02 08:30:00+00', 'escalated', 'first_step', NULL, '{"users": [{"id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "name": "Ann", "because": [{"by": [{"id": "27e2c758-7fb9-4370-af70-c311af9f3fc1", "type": "rule", "rotation_id": "826d58df-d75e-42f8-806d-ccc758423e75"}], "id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "type": "schedule"}]}, {"id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "name": "Cid", "because": [{"by": [{"id": "14c4f6fc-7f05-48e3-ab30-79707b2ba011", "type": "rule"}], "id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "type": "schedule"}]}], "due_at": "2026-11-02T08:30:00+00:00", "step_id": "c77fe4af-3e71-48ea-b649-345a34920ac2", "channels": ["ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0"], "loop_count": 0, "step_number": 0, "unreachable": [], "next_in_seconds": 300.0}'),
	(7, 2, '2026-11-02 08:30:00+00', 'acknowledged', NULL, '{"id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "ip": null, "name": "Ann", "type": "user"}', '{"user_id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f"}'),
	(8, 3, '2026-11-02 08:30:00+00', 'closed', NULL, '{"id": null, "ip": null, "name": "tester", "type": "cli"}', '{}'),
	(9, 1, '2026-11-02 08:36:00+00', 'escalated', 'delay_passed', NULL, '{"users": [{"id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "name": "Cid", "because": [{"id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "type": "user"}]}], "due_at": "2026-11-02T08:35:00+00:00", "step_id": "f27a9ed5-7e90-4d44-acbe-c2499ef66e14", "channels": [], "loop_count": 0, "step_number": 1, "unreachable": [], "next_in_seconds": 1200000.0}');
INSERT INTO public.users VALUES
	('fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', 'Ann', 'ann@example.org', 'user', NULL, '2026-11-02 08:30:00+00'),
	('1e30ab57-ca8b-4b18-b287-964539b4b667', 'Ben', 'ben@example.org', 'user', NULL, '2026-11-02 08:30:00+00'),
	('04265c38-31c8-4abb-b3b1-d622e41a319c', 'Cid', 'cid@example.org', 'user', NULL, '2026-11-02 08:30:00+00');
INSERT INTO public.api_tokens VALUES
	('92dfe539-fc81-45c8-a929-16dfa48e0306', 'a token', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', 'user', 'write', '\xb032b922db7099d7836ad56f8ee9c61b761d820b1f8f8ab4607514c9de077b40', '2026-11-02 08:30:00+00', NULL, NULL, NULL);
INSERT INTO public.audit_log OVERRIDING SYSTEM VALUE VALUES
	(1, '2026-11-02 08:30:00+00', '777', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'users', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', NULL, '{"id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "name": "Ann", "role": "user", "email": "ann@example.org", "created_at": "2026-11-02T08:30:00+00:00"}'),
	(2, '2026-11-02 08:30:00+00', '778', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'contact_methods', '136d646f-4da8-4443-8461-8b80896565b1', NULL, '{"id": "136d646f-4da8-4443-8461-8b80896565b1", "name": "Phone 1", "type": "webhook", "address": "http://127.0.0.1:9/page/Ann", "enabled": true, "user_id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "created_at": "2026-11-02T08:30:00+00:00"}'),
	(3, '2026-11-02 08:30:00+00', '779', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'notification_rules', '9a09909d-81f4-4543-a5de-0e0c5e6a57c6', NULL, '{"id": "9a09909d-81f4-4543-a5de-0e0c5e6a57c6", "delay": "00:00:00", "user_id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "created_at": "2026-11-02T08:30:00+00:00", "contact_method_id": "136d646f-4da8-4443-8461-8b80896565b1"}'),
	(4, '2026-11-02 08:30:00+00', '780', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'notification_rules', '086eb328-fb70-4dbb-8b63-7fef5608c557', NULL, '{"id": "086eb328-fb70-4dbb-8b63-7fef5608c557", "delay": "00:02:00", "user_id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "created_at": "2026-11-02T08:30:00+00:00", "contact_method_id": "136d646f-4da8-4443-8461-8b80896565b1"}'),
	(5, '2026-11-02 08:30:00+00', '781', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'users', '1e30ab57-ca8b-4b18-b287-964539b4b667', NULL, '{"id": "1e30ab57-ca8b-4b18-b287-964539b4b667", "name": "Ben", "role": "user", "email": "ben@example.org", "created_at": "2026-11-02T08:30:00+00:00"}'),
	(6, '2026-11-02 08:30:00+00', '782', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'contact_methods', 'dafe16ee-28f6-4c99-944b-03d6eacd58b0', NULL, '{"id": "dafe16ee-28f6-4c99-944b-03d6eacd58b0", "name": "Phone 3", "type": "webhook", "address": "http://127.0.0.1:9/page/Ben", "enabled": true, "user_id": "1e30ab57-ca8b-4b18-b287-964539b4b667", "created_at": "2026-11-02T08:30:00+00:00"}'),
	(7, '2026-11-02 08:30:00+00', '783', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'notification_rules', '2126b945-dd4e-44e3-97a0-8b519224969f', NULL, '{"id": "2126b945-dd4e-44e3-97a0-8b519224969f", "delay": "00:00:00", "user_id": "1e30ab57-ca8b-4b18-b287-964539b4b667", "created_at": "2026-11-02T08:30:00+00:00", "contact_method_id": "dafe16ee-28f6-4c99-944b-03d6eacd58b0"}'),
	(8, '2026-11-02 08:30:00+00', '784', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'users', '04265c38-31c8-4abb-b3b1-d622e41a319c', NULL, '{"id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "name": "Cid", "role": "user", "email": "cid@example.org", "created_at": "2026-11-02T08:30:00+00:00"}'),
	(9, '2026-11-02 08:30:00+00', '785', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'contact_methods', '11fe3af2-4d47-417b-bd1e-58daef076d92', NULL, '{"id": "11fe3af2-4d47-417b-bd1e-58daef076d92", "name": "Phone 5", "type": "webhook", "address": "http://127.0.0.1:9/page/Cid", "enabled": true, "user_id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "created_at": "2026-11-02T08:30:00+00:00"}'),
	(10, '2026-11-02 08:30:00+00', '786', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'notification_rules', '3cc3f027-8ff9-4e19-86ff-cf2bbfa2b65d', NULL, '{"id": "3cc3f027-8ff9-4e19-86ff-cf2bbfa2b65d", "delay": "00:00:00", "user_id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "created_at": "2026-11-02T08:30:00+00:00", "contact_method_id": "11fe3af2-4d47-417b-bd1e-58daef076d92"}'),
	(11, '2026-11-02 08:30:00+00', '788', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'contact_methods', '3c488ad8-8fba-4c6d-8739-ce96fcfcd5c2', NULL, '{"id": "3c488ad8-8fba-4c6d-8739-ce96fcfcd5c2", "name": "Phone 6", "type": "email", "address": "ben@example.org", "enabled": false, "user_id": "1e30ab57-ca8b-4b18-b287-964539b4b667", "created_at": "2026-11-02T08:30:00+00:00"}'),
	(12, '2026-11-02 08:30:00+00', '790', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'rotations', '826d58df-d75e-42f8-806d-ccc758423e75', NULL, '{"id": "826d58df-d75e-42f8-806d-ccc758423e75", "name": "Daily", "type": "daily", "team_id": null, "start_at": "2026-01-05T08:00:00+00:00", "time_zone": "Europe/Berlin", "created_at": "2026-11-02T08:30:00+00:00", "description": "", "shift_length": 1}'),
	(13, '2026-11-02 08:30:00+00', '790', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'rotation_participants', '8b6996ff-fa4a-46b3-a65e-8e5d9908989a', NULL, '{"id": "8b6996ff-fa4a-46b3-a65e-8e5d9908989a", "user_id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "position": 0, "rotation_id": "826d58df-d75e-42f8-806d-ccc758423e75"}'),
	(14, '2026-11-02 08:30:00+00', '790', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'rotation_participants', 'f12734f8-b765-4d54-85c4-fd5983f2c05d', NULL, '{"id": "f12734f8-b765-4d54-85c4-fd5983f2c05d", "user_id": "1e30ab57-ca8b-4b18-b287-964539b4b667", "position": 1, "rotation_id": "826d58df-d75e-42f8-806d-ccc758423e75"}'),
	(15, '2026-11-02 08:30:00+00', '791', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'schedules', '4115452d-51bd-4678-9bdc-ca421b97a8f0', NULL, '{"id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "name": "Databases", "team_id": null, "time_zone": "Europe/Berlin", "created_at": "2026-11-02T08:30:00+00:00", "description": ""}'),
	(16, '2026-11-02 08:30:00+00', '791', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'schedule_rules', '27e2c758-7fb9-4370-af70-c311af9f3fc1', NULL, '{"id": "27e2c758-7fb9-4370-af70-c311af9f3fc1", "user_id": null, "end_time": "00:00:00", "position": 0, "weekdays": [0, 1, 2, 3, 4, 5, 6], "start_time": "00:00:00", "rotation_id": "826d58df-d75e-42f8-806d-ccc758423e75", "schedule_id": "4115452d-51bd-4678-9bdc-ca421b97a8f0"}'),
	(17, '2026-11-02 08:30:00+00', '791', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'schedule_rules', '14c4f6fc-7f05-48e3-ab30-79707b2ba011', NULL, '{"id": "14c4f6fc-7f05-48e3-ab30-79707b2ba011", "user_id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "end_time": "17:00:00", "position": 1, "weekdays": [0, 1, 2], "start_time": "09:00:00", "rotation_id": null, "schedule_id": "4115452d-51bd-4678-9bdc-ca421b97a8f0"}'),
	(18, '2026-11-02 08:30:00+00', '793', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'schedule_overrides', '07ffbb3e-ecac-4dd3-b398-3fa43edb685b', NULL, '{"id": "07ffbb3e-ecac-4dd3-b398-3fa43edb685b", "end_at": "2026-11-03T10:00:00+00:00", "start_at": "2026-11-03T08:00:00+00:00", "created_at": "2026-11-02T08:30:00+00:00", "add_user_id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "schedule_id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "remove_user_id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f"}'),
	(19, '2026-11-02 08:30:00+00', '799', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'channels', 'ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', NULL, '{"id": "ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0", "name": "Room", "type": "webhook", "address": "http://127.0.0.1:9/page/room", "team_id": null, "created_at": "2026-11-02T08:30:00+00:00"}'),
	(20, '2026-11-02 08:30:00+00', '801', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'escalation_policies', '0672e69e-8afa-48c1-bdfe-06e5b04dd682', NULL, '{"id": "0672e69e-8afa-48c1-bdfe-06e5b04dd682", "name": "Databases", "repeat": 2, "team_id": null, "created_at": "2026-11-02T08:30:00+00:00", "description": "", "catch_all_policy_id": null}'),
	(21, '2026-11-02 08:30:00+00', '801', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'escalation_policy_steps', 'c77fe4af-3e71-48ea-b649-345a34920ac2', NULL, '{"id": "c77fe4af-3e71-48ea-b649-345a34920ac2", "delay": "00:05:00", "ack_by": "anyone", "if_nobody": "skip", "step_number": 0, "escalation_policy_id": "0672e69e-8afa-48c1-bdfe-06e5b04dd682"}'),
	(22, '2026-11-02 08:30:00+00', '801', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'escalation_policy_step_targets', '59738496-1f0c-4693-9af8-45669627d836', NULL, '{"id": "59738496-1f0c-4693-9af8-45669627d836", "user_id": null, "position": 0, "channel_id": null, "rotation_id": null, "schedule_id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "escalation_policy_step_id": "c77fe4af-3e71-48ea-b649-345a34920ac2"}'),
	(23, '2026-11-02 08:30:00+00', '801', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'escalation_policy_step_targets', 'f3d9d417-0833-4531-844f-5582d728e21c', NULL, '{"id": "f3d9d417-0833-4531-844f-5582d728e21c", "user_id": null, "position": 1, "channel_id": "ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0", "rotation_id": null, "schedule_id": null, "escalation_policy_step_id": "c77fe4af-3e71-48ea-b649-345a34920ac2"}'),
	(24, '2026-11-02 08:30:00+00', '801', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'escalation_policy_steps', 'f27a9ed5-7e90-4d44-acbe-c2499ef66e14', NULL, '{"id": "f27a9ed5-7e90-4d44-acbe-c2499ef66e14", "delay": "13 days 21:20:00", "ack_by": "anyone", "if_nobody": "skip", "step_number": 1, "escalation_policy_id": "0672e69e-8afa-48c1-bdfe-06e5b04dd682"}'),
	(25, '2026-11-02 08:30:00+00', '801', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'escalation_policy_step_targets', '2073493f-4375-44ee-ace4-d93a3b2e2bf8', NULL, '{"id": "2073493f-4375-44ee-ace4-d93a3b2e2bf8", "user_id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "position": 0, "channel_id": null, "rotation_id": null, "schedule_id": null, "escalation_policy_step_id": "f27a9ed5-7e90-4d44-acbe-c2499ef66e14"}'),
	(26, '2026-11-02 08:30:00+00', '803', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'teams', '90fd4ae5-11d0-4ee3-8170-110b3e98148d', NULL, '{"id": "90fd4ae5-11d0-4ee3-8170-110b3e98148d", "name": "Platform", "created_at": "2026-11-02T08:30:00+00:00"}'),
	(27, '2026-11-02 08:30:00+00', '803', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'team_members', '90fd4ae5-11d0-4ee3-8170-110b3e98148d:fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', NULL, '{"role": "manager", "team_id": "90fd4ae5-11d0-4ee3-8170-110b3e98148d", "user_id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f"}'),
	(28, '2026-11-02 08:30:00+00', '803', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'team_members', '90fd4ae5-11d0-4ee3-8170-110b3e98148d:1e30ab57-ca8b-4b18-b287-964539b4b667', NULL, '{"role": "member", "team_id": "90fd4ae5-11d0-4ee3-8170-110b3e98148d", "user_id": "1e30ab57-ca8b-4b18-b287-964539b4b667"}'),
	(29, '2026-11-02 08:30:00+00', '805', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'services', '38692a4d-8fe1-40c8-aa76-116ee033b098', NULL, '{"id": "38692a4d-8fe1-40c8-aa76-116ee033b098", "name": "db1", "team_id": "90fd4ae5-11d0-4ee3-8170-110b3e98148d", "created_at": "2026-11-02T08:30:00+00:00", "ack_timeout": null, "description": "", "escalation_policy_id": "0672e69e-8afa-48c1-bdfe-06e5b04dd682", "maintenance_exceptions": [], "maintenance_expires_at": null}'),
	(30, '2026-11-02 08:30:00+00', '807', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'integration_keys', '60077864-b628-4d51-8878-857ef0a7208e', NULL, '{"id": "60077864-b628-4d51-8878-857ef0a7208e", "name": "Monitoring", "type": "generic", "created_at": "2026-11-02T08:30:00+00:00", "revoked_at": null, "service_id": "38692a4d-8fe1-40c8-aa76-116ee033b098"}'),
	(31, '2026-11-02 08:30:00+00', '810', '{"id": null, "ip": null, "name": "tester", "type": "cli"}', 'create', 'api_tokens', '92dfe539-fc81-45c8-a929-16dfa48e0306', NULL, '{"id": "92dfe539-fc81-45c8-a929-16dfa48e0306", "name": "a token", "role": "user", "scope": "write", "user_id": "fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f", "created_at": "2026-11-02T08:30:00+00:00", "expires_at": null, "revoked_at": null}');
INSERT INTO public.channels VALUES
	('ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', NULL, 'Room', 'webhook', 'http://127.0.0.1:9/page/room', 'VyxXxNGy535LxuLM9ANoE6JwAatauO9Xd_3w-DXdl20', '2026-11-02 08:30:00+00');
INSERT INTO public.contact_methods VALUES
	('136d646f-4da8-4443-8461-8b80896565b1', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', 'Phone 1', 'webhook', 'http://127.0.0.1:9/page/Ann', true, '6oQEDpUsaS4AJaQMlF-aI69OxvL0N7HBLYBYK7SnDLA', '2026-11-02 08:30:00+00'),
	('dafe16ee-28f6-4c99-944b-03d6eacd58b0', '1e30ab57-ca8b-4b18-b287-964539b4b667', 'Phone 3', 'webhook', 'http://127.0.0.1:9/page/Ben', true, 'DpBjXst0D4CIOLHTN7NXQKXcLVmU55zXaStKqlGFdl8', '2026-11-02 08:30:00+00'),
	('11fe3af2-4d47-417b-bd1e-58daef076d92', '04265c38-31c8-4abb-b3b1-d622e41a319c', 'Phone 5', 'webhook', 'http://127.0.0.1:9/page/Cid', true, 'j4tx0-giepQgclF94YURHMyCKuwfLnAKeSBMimSu_lQ', '2026-11-02 08:30:00+00'),
	('3c488ad8-8fba-4c6d-8739-ce96fcfcd5c2', '1e30ab57-ca8b-4b18-b287-964539b4b667', 'Phone 6', 'email', 'ben@example.org', false, NULL, '2026-11-02 08:30:00+00');
INSERT INTO public.engine_walk VALUES
	('service', '', 0),
	('alert', '', 0),
	('rotation', '', 1),
	('schedule', '', 1),
	('policy', '', 1);
INSERT INTO public.escalation_policy_steps VALUES
	('c77fe4af-3e71-48ea-b649-345a34920ac2', '0672e69e-8afa-48c1-bdfe-06e5b04dd682', 0, '00:05:00', 'skip', 'anyone'),
	('f27a9ed5-7e90-4d44-acbe-c2499ef66e14', '0672e69e-8afa-48c1-bdfe-06e5b04dd682', 1, '13 days 21:20:00', 'skip', 'anyone');
INSERT INTO public.ep_step_on_call_users OVERRIDING SYSTEM VALUE VALUES
	(1, 'c77fe4af-3e71-48ea-b649-345a34920ac2', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '[{"by": [{"id": "27e2c758-7fb9-4370-af70-c311af9f3fc1", "type": "rule", "rotation_id": "826d58df-d75e-42f8-806d-ccc758423e75"}], "id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "type": "schedule"}]', '2026-11-02 08:30:00+00', NULL),
	(2, 'c77fe4af-3e71-48ea-b649-345a34920ac2', '04265c38-31c8-4abb-b3b1-d622e41a319c', '[{"by": [{"id": "14c4f6fc-7f05-48e3-ab30-79707b2ba011", "type": "rule"}], "id": "4115452d-51bd-4678-9bdc-ca421b97a8f0", "type": "schedule"}]', '2026-11-02 08:30:00+00', NULL),
	(3, 'f27a9ed5-7e90-4d44-acbe-c2499ef66e14', '04265c38-31c8-4abb-b3b1-d622e41a319c', '[{"id": "04265c38-31c8-4abb-b3b1-d622e41a319c", "type": "user"}]', '2026-11-02 08:30:00+00', NULL);
INSERT INTO public.escalation_policy_state VALUES
	(2, '38692a4d-8fe1-40c8-aa76-116ee033b098', '0672e69e-8afa-48c1-bdfe-06e5b04dd682', 'c77fe4af-3e71-48ea-b649-345a34920ac2', 0, 0, 1, 'acknowledged', NULL, false, NULL, '2026-11-02 08:30:00+00', NULL, 2),
	(1, '38692a4d-8fe1-40c8-aa76-116ee033b098', '0672e69e-8afa-48c1-bdfe-06e5b04dd682', 'f27a9ed5-7e90-4d44-acbe-c2499ef66e14', 1, 0, 2, 'escalating', NULL, false, NULL, '2026-11-02 08:36:00+00', '2026-11-16 05:56:00+00', 2);
INSERT INTO public.rotations VALUES
	('826d58df-d75e-42f8-806d-ccc758423e75', NULL, 'Daily', '', 'Europe/Berlin', 'daily', 1, '2026-01-05 08:00:00+00', '2026-11-02 08:30:00+00');
INSERT INTO public.schedules VALUES
	('4115452d-51bd-4678-9bdc-ca421b97a8f0', NULL, 'Databases', '', 'Europe/Berlin', '2026-11-02 08:30:00+00');
INSERT INTO public.escalation_policy_step_targets VALUES
	('59738496-1f0c-4693-9af8-45669627d836', 'c77fe4af-3e71-48ea-b649-345a34920ac2', 0, NULL, NULL, NULL, '4115452d-51bd-4678-9bdc-ca421b97a8f0'),
	('f3d9d417-0833-4531-844f-5582d728e21c', 'c77fe4af-3e71-48ea-b649-345a34920ac2', 1, NULL, 'ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', NULL, NULL),
	('2073493f-4375-44ee-ace4-d93a3b2e2bf8', 'f27a9ed5-7e90-4d44-acbe-c2499ef66e14', 0, '04265c38-31c8-4abb-b3b1-d622e41a319c', NULL, NULL, NULL);
INSERT INTO public.installation VALUES
	(true, '\x746573747465737474657374746573747465737474657374746573747465737474657374746573747465737474657374', '2026-11-30 09:54:14.589191+00');
INSERT INTO public.notification_policy_cycles VALUES
	('42f07829-6661-40f5-b416-155b39e4325f', 1, '04265c38-31c8-4abb-b3b1-d622e41a319c', 1, 0, 0, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', NULL, NULL, NULL, NULL),
	('12e6f4df-c37b-4a1d-b059-f8c72b467048', 2, 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', 1, 0, 0, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', NULL, NULL, '2026-11-02 08:30:00+00', 'acknowledged'),
	('6b22de66-cbcd-46be-88ba-ecd9e9ecb074', 2, '04265c38-31c8-4abb-b3b1-d622e41a319c', 1, 0, 0, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', NULL, NULL, '2026-11-02 08:30:00+00', 'acknowledged'),
	('35c9bd42-68d1-413e-9240-e21f8c1ed0f6', 3, 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', 1, 0, 0, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', NULL, NULL, '2026-11-02 08:30:00+00', 'closed'),
	('3e1e32e6-00cf-41f8-b486-273f669a9b17', 3, '04265c38-31c8-4abb-b3b1-d622e41a319c', 1, 0, 0, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', NULL, NULL, '2026-11-02 08:30:00+00', 'closed'),
	('b9e10a8a-f121-43d9-b15b-c8a4a12f4c6a', 1, 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', 1, 0, 0, '2026-11-02 08:30:00+00', '2026-11-02 08:36:00+00', NULL, NULL, NULL, NULL),
	('e09df1fd-f563-48d0-b392-66f8b6bf20e5', 1, '04265c38-31c8-4abb-b3b1-d622e41a319c', 2, 1, 0, '2026-11-02 08:36:00+00', '2026-11-02 08:36:00+00', NULL, NULL, NULL, NULL);
INSERT INTO public.notification_rules VALUES
	('9a09909d-81f4-4543-a5de-0e0c5e6a57c6', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '136d646f-4da8-4443-8461-8b80896565b1', '00:00:00', '2026-11-02 08:30:00+00'),
	('086eb328-fb70-4dbb-8b63-7fef5608c557', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '136d646f-4da8-4443-8461-8b80896565b1', '00:02:00', '2026-11-02 08:30:00+00'),
	('2126b945-dd4e-44e3-97a0-8b519224969f', '1e30ab57-ca8b-4b18-b287-964539b4b667', 'dafe16ee-28f6-4c99-944b-03d6eacd58b0', '00:00:00', '2026-11-02 08:30:00+00'),
	('3cc3f027-8ff9-4e19-86ff-cf2bbfa2b65d', '04265c38-31c8-4abb-b3b1-d622e41a319c', '11fe3af2-4d47-417b-bd1e-58daef076d92', '00:00:00', '2026-11-02 08:30:00+00');
INSERT INTO public.outgoing_messages VALUES
	('72bcfb1a-5d45-4e47-b3ef-ed77d2341ffb', '1:1:channel:ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', 1, NULL, NULL, NULL, 'ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', 'Room', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('2531e4ec-5c3f-448c-ae0d-c8b6870e1203', '1:1:user:fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f:9a09909d-81f4-4543-a5de-0e0c5e6a57c6:0', 1, 'b9e10a8a-f121-43d9-b15b-c8a4a12f4c6a', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '136d646f-4da8-4443-8461-8b80896565b1', NULL, 'Ann', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('0fbcaaa4-a553-476b-84bf-575c0167631a', '1:1:user:04265c38-31c8-4abb-b3b1-d622e41a319c:3cc3f027-8ff9-4e19-86ff-cf2bbfa2b65d:0', 1, '42f07829-6661-40f5-b416-155b39e4325f', '04265c38-31c8-4abb-b3b1-d622e41a319c', '11fe3af2-4d47-417b-bd1e-58daef076d92', NULL, 'Cid', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('7a691304-0117-4cfa-b7a3-c965d4d81311', '2:1:channel:ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', 2, NULL, NULL, NULL, 'ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', 'Room', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('ddbd7a62-0a36-472d-bc26-49e44eff05bc', '2:1:user:fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f:9a09909d-81f4-4543-a5de-0e0c5e6a57c6:0', 2, '12e6f4df-c37b-4a1d-b059-f8c72b467048', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '136d646f-4da8-4443-8461-8b80896565b1', NULL, 'Ann', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('2fc056e4-529d-474f-b68f-a97a778c5802', '2:1:user:04265c38-31c8-4abb-b3b1-d622e41a319c:3cc3f027-8ff9-4e19-86ff-cf2bbfa2b65d:0', 2, '6b22de66-cbcd-46be-88ba-ecd9e9ecb074', '04265c38-31c8-4abb-b3b1-d622e41a319c', '11fe3af2-4d47-417b-bd1e-58daef076d92', NULL, 'Cid', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('adda2863-ed84-4a61-b9dd-a6654d02775e', '3:1:channel:ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', 3, NULL, NULL, NULL, 'ca7c2cc2-a5d2-4c3b-ace7-218bd1a123e0', 'Room', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('22044bd4-2a4b-42f0-8408-7885116b9bec', '3:1:user:fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f:9a09909d-81f4-4543-a5de-0e0c5e6a57c6:0', 3, '35c9bd42-68d1-413e-9240-e21f8c1ed0f6', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '136d646f-4da8-4443-8461-8b80896565b1', NULL, 'Ann', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('476013c0-7d24-442c-8905-9e6b3c483be4', '3:1:user:04265c38-31c8-4abb-b3b1-d622e41a319c:3cc3f027-8ff9-4e19-86ff-cf2bbfa2b65d:0', 3, '3e1e32e6-00cf-41f8-b486-273f669a9b17', '04265c38-31c8-4abb-b3b1-d622e41a319c', '11fe3af2-4d47-417b-bd1e-58daef076d92', NULL, 'Cid', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00'),
	('d0ba9342-0f98-4d69-85fd-efaa3fd02bd1', '1:1:user:fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f:086eb328-fb70-4dbb-8b63-7fef5608c557:0', 1, 'b9e10a8a-f121-43d9-b15b-c8a4a12f4c6a', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '136d646f-4da8-4443-8461-8b80896565b1', NULL, 'Ann', 'webhook', 1, 0, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:36:00+00', '2026-11-02 08:36:00+00', '2026-11-02 08:36:00+00'),
	('191b99b6-1189-405c-9a9d-e3ff024196f0', '1:2:user:04265c38-31c8-4abb-b3b1-d622e41a319c:3cc3f027-8ff9-4e19-86ff-cf2bbfa2b65d:0', 1, 'e09df1fd-f563-48d0-b392-66f8b6bf20e5', '04265c38-31c8-4abb-b3b1-d622e41a319c', '11fe3af2-4d47-417b-bd1e-58daef076d92', NULL, 'Cid', 'webhook', 2, 1, 0, 'sent', NULL, 1, NULL, NULL, NULL, '2026-11-02 08:36:00+00', '2026-11-02 08:36:00+00', '2026-11-02 08:36:00+00');
INSERT INTO public.outgoing_message_events OVERRIDING SYSTEM VALUE VALUES
	(1, '72bcfb1a-5d45-4e47-b3ef-ed77d2341ffb', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(2, '72bcfb1a-5d45-4e47-b3ef-ed77d2341ffb', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(3, '72bcfb1a-5d45-4e47-b3ef-ed77d2341ffb', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(4, '2531e4ec-5c3f-448c-ae0d-c8b6870e1203', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(5, '0fbcaaa4-a553-476b-84bf-575c0167631a', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(6, '2531e4ec-5c3f-448c-ae0d-c8b6870e1203', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(7, '0fbcaaa4-a553-476b-84bf-575c0167631a', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(8, '2531e4ec-5c3f-448c-ae0d-c8b6870e1203', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(9, '0fbcaaa4-a553-476b-84bf-575c0167631a', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(10, '7a691304-0117-4cfa-b7a3-c965d4d81311', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(11, '7a691304-0117-4cfa-b7a3-c965d4d81311', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(12, '7a691304-0117-4cfa-b7a3-c965d4d81311', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(13, 'ddbd7a62-0a36-472d-bc26-49e44eff05bc', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(14, 'ddbd7a62-0a36-472d-bc26-49e44eff05bc', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(15, '2fc056e4-529d-474f-b68f-a97a778c5802', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(16, 'ddbd7a62-0a36-472d-bc26-49e44eff05bc', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(17, '2fc056e4-529d-474f-b68f-a97a778c5802', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(18, '2fc056e4-529d-474f-b68f-a97a778c5802', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(19, 'adda2863-ed84-4a61-b9dd-a6654d02775e', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(20, 'adda2863-ed84-4a61-b9dd-a6654d02775e', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(21, '22044bd4-2a4b-42f0-8408-7885116b9bec', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(22, '476013c0-7d24-442c-8905-9e6b3c483be4', '2026-11-02 08:30:00+00', 'pending', NULL, 0),
	(23, 'adda2863-ed84-4a61-b9dd-a6654d02775e', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(24, '22044bd4-2a4b-42f0-8408-7885116b9bec', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(25, '476013c0-7d24-442c-8905-9e6b3c483be4', '2026-11-02 08:30:00+00', 'sending', NULL, 1),
	(26, '22044bd4-2a4b-42f0-8408-7885116b9bec', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(27, '476013c0-7d24-442c-8905-9e6b3c483be4', '2026-11-02 08:30:00+00', 'sent', NULL, 1),
	(28, 'd0ba9342-0f98-4d69-85fd-efaa3fd02bd1', '2026-11-02 08:36:00+00', 'pending', NULL, 0),
	(29, 'd0ba9342-0f98-4d69-85fd-efaa3fd02bd1', '2026-11-02 08:36:00+00', 'sending', NULL, 1),
	(30, 'd0ba9342-0f98-4d69-85fd-efaa3fd02bd1', '2026-11-02 08:36:00+00', 'sent', NULL, 1),
	(31, '191b99b6-1189-405c-9a9d-e3ff024196f0', '2026-11-02 08:36:00+00', 'pending', NULL, 0),
	(32, '191b99b6-1189-405c-9a9d-e3ff024196f0', '2026-11-02 08:36:00+00', 'sending', NULL, 1),
	(33, '191b99b6-1189-405c-9a9d-e3ff024196f0', '2026-11-02 08:36:00+00', 'sent', NULL, 1);
INSERT INTO public.pgqueuer VALUES
	(7, 0, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-03 07:59:59.999999+00', 'queued', 'rotation', 'rotation:826d58df-d75e-42f8-806d-ccc758423e75', '\x38323664353864662d643735652d343266382d383036642d636363373538343233653735', NULL, 0, NULL),
	(10, 0, NULL, '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 08:30:00+00', '2026-11-02 15:59:59.999999+00', 'queued', 'schedule', 'schedule:4115452d-51bd-4678-9bdc-ca421b97a8f0', '\x34313135343532642d353162642d343637382d396264632d636134323162393761386630', NULL, 0, NULL),
	(47, 0, NULL, '2026-11-02 08:36:00+00', '2026-11-02 08:36:00+00', '2026-11-02 08:36:00+00', '2026-11-16 05:55:59.999999+00', 'queued', 'alert', 'alert:1', '\x31', NULL, 0, NULL);
INSERT INTO public.rotation_participants VALUES
	('8b6996ff-fa4a-46b3-a65e-8e5d9908989a', '826d58df-d75e-42f8-806d-ccc758423e75', 0, 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f'),
	('f12734f8-b765-4d54-85c4-fd5983f2c05d', '826d58df-d75e-42f8-806d-ccc758423e75', 1, '1e30ab57-ca8b-4b18-b287-964539b4b667');
INSERT INTO public.rotation_state VALUES
	('826d58df-d75e-42f8-806d-ccc758423e75', 0, '8b6996ff-fa4a-46b3-a65e-8e5d9908989a', '2026-11-02 08:00:00+00', '2026-11-03 08:00:00+00', 0);
INSERT INTO public.schedule_on_call_users OVERRIDING SYSTEM VALUE VALUES
	(1, '4115452d-51bd-4678-9bdc-ca421b97a8f0', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '[{"id": "27e2c758-7fb9-4370-af70-c311af9f3fc1", "type": "rule", "rotation_id": "826d58df-d75e-42f8-806d-ccc758423e75"}]', '2026-11-02 08:30:00+00', NULL),
	(2, '4115452d-51bd-4678-9bdc-ca421b97a8f0', '04265c38-31c8-4abb-b3b1-d622e41a319c', '[{"id": "14c4f6fc-7f05-48e3-ab30-79707b2ba011", "type": "rule"}]', '2026-11-02 08:30:00+00', NULL);
INSERT INTO public.schedule_overrides VALUES
	('07ffbb3e-ecac-4dd3-b398-3fa43edb685b', '4115452d-51bd-4678-9bdc-ca421b97a8f0', '2026-11-03 08:00:00+00', '2026-11-03 10:00:00+00', '04265c38-31c8-4abb-b3b1-d622e41a319c', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', '2026-11-02 08:30:00+00');
INSERT INTO public.schedule_rules VALUES
	('27e2c758-7fb9-4370-af70-c311af9f3fc1', '4115452d-51bd-4678-9bdc-ca421b97a8f0', 0, NULL, '826d58df-d75e-42f8-806d-ccc758423e75', '{0,1,2,3,4,5,6}', '00:00:00', '00:00:00'),
	('14c4f6fc-7f05-48e3-ab30-79707b2ba011', '4115452d-51bd-4678-9bdc-ca421b97a8f0', 1, '04265c38-31c8-4abb-b3b1-d622e41a319c', NULL, '{0,1,2}', '09:00:00', '17:00:00');
INSERT INTO public.schedule_state VALUES
	('4115452d-51bd-4678-9bdc-ca421b97a8f0', '2026-11-02 16:00:00+00', 2);
INSERT INTO public.team_members VALUES
	('90fd4ae5-11d0-4ee3-8170-110b3e98148d', 'fc48c8cf-2f6e-42a1-961a-4fc6e8055c3f', 'manager'),
	('90fd4ae5-11d0-4ee3-8170-110b3e98148d', '1e30ab57-ca8b-4b18-b287-964539b4b667', 'member');
SELECT pg_catalog.setval('public.alert_logs_id_seq', 9, true);
SELECT pg_catalog.setval('public.alerts_id_seq', 3, true);
SELECT pg_catalog.setval('public.audit_log_id_seq', 31, true);
SELECT pg_catalog.setval('public.engine_repairs_id_seq', 1, false);
SELECT pg_catalog.setval('public.ep_step_on_call_users_id_seq', 3, true);
SELECT pg_catalog.setval('public.outgoing_message_events_id_seq', 33, true);
SELECT pg_catalog.setval('public.pgqueuer_id_seq', 49, true);
SELECT pg_catalog.setval('public.pgqueuer_log_id_seq', 33, true);
SELECT pg_catalog.setval('public.pgqueuer_schedules_id_seq', 1, false);
SELECT pg_catalog.setval('public.pgqueuer_statistics_id_seq', 1, false);
SELECT pg_catalog.setval('public.schedule_on_call_users_id_seq', 6, true);
