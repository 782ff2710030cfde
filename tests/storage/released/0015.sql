BEGIN TRANSACTION;
CREATE TABLE accepted_terms (
	user_id BIGINT NOT NULL, 
	version TEXT NOT NULL, 
	at FLOAT NOT NULL, 
	CONSTRAINT pk_accepted_terms PRIMARY KEY (user_id)
);
INSERT INTO "accepted_terms" VALUES(102,'1',1795184000.25);
INSERT INTO "accepted_terms" VALUES(504,'1',1795184000.25);
INSERT INTO "accepted_terms" VALUES(601,'1',1795184000.25);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, usable_from TEXT, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0015','0007');
CREATE TABLE answers (
	chat_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	draft_id INTEGER NOT NULL, 
	CONSTRAINT pk_answers PRIMARY KEY (chat_id, message_id)
);
INSERT INTO "answers" VALUES(502,18,1);
CREATE TABLE bans (
	kind TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_bans PRIMARY KEY (kind, value)
);
CREATE TABLE batches (
	id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	size INTEGER NOT NULL, 
	delivering_at FLOAT, 
	message_id BIGINT, 
	file_id TEXT, 
	file_kind TEXT, 
	cells TEXT, 
	columns INTEGER, question_message_id BIGINT, 
	CONSTRAINT pk_batches PRIMARY KEY (id)
);
INSERT INTO "batches" VALUES(11,501,501,2,1790000300.0,42,'grid-1','photo','11,12',2,NULL);
INSERT INTO "batches" VALUES(15,504,-1000000000102,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE comparisons (
	chat_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	edit_id BIGINT NOT NULL, 
	below BIGINT NOT NULL, 
	shown_id BIGINT, 
	sent_at FLOAT NOT NULL, 
	CONSTRAINT pk_comparisons PRIMARY KEY (chat_id, message_id)
);
INSERT INTO "comparisons" VALUES(101,1040,101,9,1030,8,1790000080.25);
CREATE TABLE credit_entries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	lot_id TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	units INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	request_id BIGINT, 
	at FLOAT NOT NULL, 
	CONSTRAINT uq_credit_entries_lot_id_cause UNIQUE (lot_id, cause)
);
INSERT INTO "credit_entries" VALUES(1,'c:charge-pack',102,10,'bought','bought',NULL,1795184002.25);
INSERT INTO "credit_entries" VALUES(2,'c:charge-pack',102,-1,'spent','spent:19',19,1795184002.25);
INSERT INTO "credit_entries" VALUES(3,'c:charge-pack',102,-1,'spent','spent:20',20,1795184006.5);
INSERT INTO "credit_entries" VALUES(4,'c:charge-pack',102,1,'given_back','given_back:20',20,1795184008.5);
INSERT INTO "credit_entries" VALUES(5,'c:charge-pack',102,-1,'spent','spent:21',21,1795184008.5);
INSERT INTO "credit_entries" VALUES(6,'c:charge-refunded',504,30,'bought','bought',NULL,1795184010.5);
INSERT INTO "credit_entries" VALUES(7,'c:charge-refunded',504,-30,'taken_back','taken_back:1',NULL,1795184010.5);
INSERT INTO "credit_entries" VALUES(8,'c:charge-asked',504,10,'bought','bought',NULL,1795184013.5);
INSERT INTO "credit_entries" VALUES(9,'c:charge-declined',601,10,'bought','bought',NULL,1795184015.5);
INSERT INTO "credit_entries" VALUES(10,'g:token-0000000000000007',601,10,'received','received:m:601:91',NULL,1795184017.5);
INSERT INTO "credit_entries" VALUES(11,'c:charge-month-1',601,100,'bought','bought',NULL,1795184021.5);
INSERT INTO "credit_entries" VALUES(12,'c:charge-month-2',601,100,'renewed','renewed',NULL,1797776021.5);
INSERT INTO "credit_entries" VALUES(13,'c:charge-month-1',601,-100,'expired','expired:1797948819.0',NULL,1798035221.5);
INSERT INTO "credit_entries" VALUES(14,'t:m:900:99',504,5,'granted','granted',NULL,1798035221.5);
INSERT INTO "credit_entries" VALUES(15,'t:m:900:100',102,3,'granted','granted',NULL,1798035221.5);
CREATE TABLE credit_lots (
	id TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	source TEXT NOT NULL, 
	units INTEGER NOT NULL, 
	"left" INTEGER NOT NULL, 
	created_at FLOAT NOT NULL, 
	expires_at FLOAT, 
	CONSTRAINT pk_credit_lots PRIMARY KEY (id)
);
INSERT INTO "credit_lots" VALUES('c:charge-pack',102,'pack',10,8,1795184002.25,NULL);
INSERT INTO "credit_lots" VALUES('c:charge-refunded',504,'pack',30,0,1795184010.5,NULL);
INSERT INTO "credit_lots" VALUES('c:charge-asked',504,'pack',10,10,1795184013.5,NULL);
INSERT INTO "credit_lots" VALUES('c:charge-declined',601,'pack',10,10,1795184015.5,NULL);
INSERT INTO "credit_lots" VALUES('g:token-0000000000000007',601,'gift',10,10,1795184017.5,NULL);
INSERT INTO "credit_lots" VALUES('c:charge-month-1',601,'subscription',100,0,1795184021.5,1797948819.0);
INSERT INTO "credit_lots" VALUES('c:charge-month-2',601,'subscription',100,100,1797776021.5,1800540821.0);
INSERT INTO "credit_lots" VALUES('t:m:900:99',504,'grant',5,5,1798035221.5,NULL);
INSERT INTO "credit_lots" VALUES('t:m:900:100',102,'grant',3,3,1798035221.5,1798121621.5);
CREATE TABLE drafts (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT, 
	message_id BIGINT NOT NULL, 
	prompt TEXT, 
	ratio TEXT, 
	source_file_id TEXT, 
	parent_id BIGINT, 
	question_message_id BIGINT, 
	created_at FLOAT NOT NULL, language TEXT DEFAULT 'en' NOT NULL, refused_at FLOAT, source_spoiler BOOLEAN DEFAULT 0 NOT NULL, answered_at FLOAT, source_unique_id TEXT, superseded_at FLOAT, style TEXT, count INTEGER, 
	CONSTRAINT pk_drafts PRIMARY KEY (id), 
	CONSTRAINT uq_drafts_key UNIQUE ("key")
);
INSERT INTO "drafts" VALUES(1,'m:502:17',502,502,NULL,17,'лиса',NULL,NULL,NULL,18,1.79557848572813129424e+09,'en',NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "drafts" VALUES(2,'m:101:1003',101,101,NULL,1003,NULL,NULL,'LARGE',NULL,1004,1790000000.0,'en',NULL,1,1790000000.01,NULL,NULL,NULL,NULL);
INSERT INTO "drafts" VALUES(3,'m:101:1020',101,101,NULL,1020,NULL,NULL,NULL,NULL,1021,1790000060.02,'en',NULL,0,1790000060.03,NULL,NULL,NULL,NULL);
INSERT INTO "drafts" VALUES(4,'m:-1000000000102:1027',102,-1000000000102,NULL,1027,'a hill',NULL,NULL,NULL,1028,1790000180.05,'en',NULL,0,NULL,NULL,NULL,NULL,2);
CREATE TABLE durations (
	id INTEGER NOT NULL, 
	shortest FLOAT NOT NULL, 
	longest FLOAT NOT NULL, 
	CONSTRAINT pk_durations PRIMARY KEY (id)
);
INSERT INTO "durations" VALUES(1,0.0,3.35142492930754087865e+00);
INSERT INTO "durations" VALUES(2,2.88989326954549152759e+00,4.02585057736368767677e+00);
INSERT INTO "durations" VALUES(3,2.88989326954549152759e+00,4.02585057736368767677e+00);
INSERT INTO "durations" VALUES(4,2.89644590500437,3.52898943944978782383e+00);
CREATE TABLE exports (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	language TEXT NOT NULL, 
	asked_at FLOAT NOT NULL, 
	last_id BIGINT NOT NULL, 
	sent_id BIGINT DEFAULT '0' NOT NULL, 
	files INTEGER DEFAULT '0' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	finished_at FLOAT, 
	CONSTRAINT pk_exports PRIMARY KEY (id), 
	CONSTRAINT uq_exports_key UNIQUE ("key")
);
CREATE TABLE gift_codes (
	code TEXT NOT NULL, 
	charge_id TEXT NOT NULL, 
	buyer_id BIGINT NOT NULL, 
	units INTEGER NOT NULL, 
	created_at FLOAT NOT NULL, 
	redeemed_by BIGINT, 
	redeemed_at FLOAT, 
	withdrawn_at FLOAT, 
	CONSTRAINT pk_gift_codes PRIMARY KEY (code), 
	CONSTRAINT uq_gift_codes_charge_id UNIQUE (charge_id)
);
INSERT INTO "gift_codes" VALUES('token-0000000000000007','charge-gift',102,10,1795184017.5,601,1795184017.5,NULL);
INSERT INTO "gift_codes" VALUES('token-0000000000000009','charge-open-gift',102,30,1795184019.5,NULL,NULL,NULL);
CREATE TABLE group_words (
	chat_id BIGINT NOT NULL, 
	word TEXT NOT NULL, 
	CONSTRAINT pk_group_words PRIMARY KEY (chat_id, word)
);
INSERT INTO "group_words" VALUES(-1000000000102,'dragon');
INSERT INTO "group_words" VALUES(-1000000000102,'дракон');
CREATE TABLE inbox (
	update_id BIGINT NOT NULL, 
	payload TEXT, 
	received_at FLOAT NOT NULL, owner TEXT, queue TEXT, 
	CONSTRAINT pk_inbox PRIMARY KEY (update_id)
);
INSERT INTO "inbox" VALUES(1000,NULL,1.79557847661022424693e+09,NULL,NULL);
INSERT INTO "inbox" VALUES(1001,NULL,1795578480.04359,NULL,NULL);
INSERT INTO "inbox" VALUES(1002,NULL,1.79557848005142688748e+09,NULL,NULL);
INSERT INTO "inbox" VALUES(1003,NULL,1.79557848194601273536e+09,NULL,NULL);
INSERT INTO "inbox" VALUES(1004,NULL,1.79557848383620381358e+09,NULL,NULL);
INSERT INTO "inbox" VALUES(1005,NULL,1.79557848572167897231e+09,NULL,NULL);
INSERT INTO "inbox" VALUES(1006,NULL,1.79557848572621321682e+09,NULL,NULL);
INSERT INTO "inbox" VALUES(1007,NULL,1.79557848573331022262e+09,NULL,NULL);
INSERT INTO "inbox" VALUES(1008,NULL,1.79557848598472642896e+09,NULL,NULL);
CREATE TABLE inline_prompts (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	prompt TEXT NOT NULL, 
	source_file_id TEXT, 
	parent_id BIGINT, 
	source_spoiler BOOLEAN DEFAULT 0 NOT NULL, 
	source_unique_id TEXT, 
	asked_at FLOAT NOT NULL, 
	CONSTRAINT pk_inline_prompts PRIMARY KEY (id), 
	CONSTRAINT uq_inline_prompts_key UNIQUE ("key")
);
INSERT INTO "inline_prompts" VALUES(1,'i:503:1',503,'a fox in the snow',NULL,NULL,0,NULL,1790000100.0);
CREATE TABLE "key_values" (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (name)
);
INSERT INTO "key_values" VALUES('menu 4242 {"type":"all_private_chats"} ','6c38539a2225eae3');
INSERT INTO "key_values" VALUES('low balance','');
INSERT INTO "key_values" VALUES('menu 4242 {"type":"all_private_chats"} ru','11236001131d75ee');
INSERT INTO "key_values" VALUES('menu 4242 {"type":"all_group_chats"} ','fc51c34d02ff44df');
INSERT INTO "key_values" VALUES('menu 4242 {"type":"all_group_chats"} ru','843dc78114af1443');
INSERT INTO "key_values" VALUES('menu 4242 {"type":"all_chat_administrators"} ','b37ae2e415063124');
INSERT INTO "key_values" VALUES('menu 4242 {"type":"all_chat_administrators"} ru','16420e035258b33a');
INSERT INTO "key_values" VALUES('star-transactions','{"known": 1, "last": "payment:charge-pack"}');
CREATE TABLE member_quotas (
	chat_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	day TEXT NOT NULL, 
	used INTEGER NOT NULL, 
	CONSTRAINT pk_member_quotas PRIMARY KEY (chat_id, user_id, day), 
	CONSTRAINT ck_member_quotas_ck_member_quotas_never_negative CHECK (used >= 0)
);
INSERT INTO "member_quotas" VALUES(-1000000000102,504,'2026-10-31',3);
INSERT INTO "member_quotas" VALUES(-1000000000102,102,'2026-10-31',1);
CREATE TABLE "moderation_strikes" (
	id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	struck_at FLOAT NOT NULL, 
	CONSTRAINT pk_unsafe PRIMARY KEY (id)
);
INSERT INTO "moderation_strikes" VALUES(1,503,1.79557848193513298036e+09);
INSERT INTO "moderation_strikes" VALUES(2,503,1.7955784838309614658e+09);
INSERT INTO "moderation_strikes" VALUES(3,503,1.79557848571746063231e+09);
CREATE TABLE preferences (
	subject_id BIGINT NOT NULL, 
	ratio TEXT, 
	language TEXT, 
	who TEXT, 
	daily INTEGER, style TEXT, shared_history BOOLEAN, member_daily INTEGER, spoiler BOOLEAN, approval BOOLEAN, 
	CONSTRAINT pk_preferences PRIMARY KEY (subject_id)
);
INSERT INTO "preferences" VALUES(-1000000000102,NULL,NULL,NULL,20,NULL,1,5,1,1);
CREATE TABLE quotas (
	subject_id BIGINT NOT NULL, 
	day TEXT NOT NULL, 
	used INTEGER NOT NULL, 
	CONSTRAINT pk_quotas PRIMARY KEY (subject_id, day), 
	CONSTRAINT ck_quotas_ck_quotas_never_negative CHECK (used >= 0)
);
INSERT INTO "quotas" VALUES(501,'2026-11-25',3);
INSERT INTO "quotas" VALUES(503,'2026-11-25',0);
INSERT INTO "quotas" VALUES(7,'2026-09-21',1);
INSERT INTO "quotas" VALUES(101,'2026-09-21',0);
INSERT INTO "quotas" VALUES(102,'2026-09-21',1);
INSERT INTO "quotas" VALUES(-1000000000102,'2026-09-21',1);
INSERT INTO "quotas" VALUES(504,'2026-10-31',4);
INSERT INTO "quotas" VALUES(-1000000000102,'2026-10-31',4);
INSERT INTO "quotas" VALUES(102,'2026-10-31',1);
CREATE TABLE rate_limits (
	chat_id BIGINT NOT NULL, 
	free_at FLOAT NOT NULL, 
	CONSTRAINT pk_rate_limits PRIMARY KEY (chat_id)
);
INSERT INTO "rate_limits" VALUES(0,1790000000.0);
CREATE TABLE replicas (
	id TEXT NOT NULL, 
	started_at FLOAT NOT NULL, 
	beat_at FLOAT NOT NULL, 
	dead_at FLOAT, 
	trouble TEXT, 
	CONSTRAINT pk_replicas PRIMARY KEY (id)
);
INSERT INTO "replicas" VALUES('ab12',1790000000.0,1790000005.0,NULL,NULL);
CREATE TABLE report_messages (
	chat_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	report_id BIGINT NOT NULL, 
	CONSTRAINT pk_report_messages PRIMARY KEY (chat_id, message_id)
);
INSERT INTO "report_messages" VALUES(900,70,1);
CREATE TABLE reports (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" TEXT NOT NULL, 
	request_id BIGINT NOT NULL, 
	author_id BIGINT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	message_id BIGINT, 
	chat_title TEXT, 
	reporter_id BIGINT, 
	reporter_name TEXT, 
	reason TEXT, 
	reported_at FLOAT NOT NULL, 
	decision TEXT, 
	decided_by TEXT, 
	decided_at FLOAT, 
	CONSTRAINT uq_reports_request_id UNIQUE (request_id)
);
INSERT INTO "reports" VALUES(1,'m:-1000000000102:1054',14,102,-1000000000102,1053,'Painters',504,'Ben','rude',1793456011.75,'hide','Ada',1793456011.75);
INSERT INTO "reports" VALUES(2,'m:-1000000000102:1055',13,504,-1000000000102,1051,'Painters',102,'Ann',NULL,1793456011.75,NULL,NULL,NULL);
CREATE TABLE requests (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	thread_id BIGINT, 
	message_id BIGINT NOT NULL, 
	language TEXT NOT NULL, 
	prompt TEXT NOT NULL, 
	ratio TEXT, 
	source_file_id TEXT, 
	parent_id BIGINT, 
	state TEXT NOT NULL, 
	quota_day TEXT NOT NULL, 
	accepted_at FLOAT NOT NULL, 
	creates INTEGER DEFAULT '0' NOT NULL, 
	started_at FLOAT, 
	task_id TEXT, 
	running_at FLOAT, 
	picture_url TEXT, 
	ready_at FLOAT, 
	failure TEXT, 
	status_message_id BIGINT, 
	file_id TEXT, 
	file_kind TEXT, 
	original_file_id TEXT, 
	result_message_id BIGINT, 
	finished_at FLOAT, 
	closed_at FLOAT, 
	forget BOOLEAN DEFAULT 0 NOT NULL, cost FLOAT, failure_detail TEXT, source_spoiler BOOLEAN DEFAULT 0 NOT NULL, source_unique_id TEXT, inline_message_id TEXT, favourite_at FLOAT, asked_at FLOAT, batch_id BIGINT, approval TEXT, hidden_at FLOAT, credit_lot_id TEXT, 
	CONSTRAINT uq_requests_key UNIQUE ("key")
);
INSERT INTO "requests" VALUES(1,'m:501:1',501,501,NULL,1,'en','a fox','1:1',NULL,NULL,'delivered','2026-11-25',1.79557847661498022075e+09,1,1.79557847662008452415e+09,'51a3e4afcd5e4d0dd0af350c',1.7955784766296334267e+09,'http://media.test/pictures/51a3e4afcd5e4d0dd0af350c.webp',1.79557847998106551168e+09,NULL,2,'photo-0-f326f090cfcf','photo',NULL,3,1.79557848004117846492e+09,1.79557848004700946805e+09,0,NULL,NULL,0,NULL,NULL,1790000000.0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(2,'m:503:6',503,503,NULL,6,'en','nsfw 0','1:1',NULL,NULL,'failed','2026-11-25',1.79557848005432653427e+09,1,1.7955784800575847626e+09,'b9cb89a0891214b672356d1a',1.79557848005977320664e+09,NULL,NULL,'moderated',7,NULL,NULL,NULL,NULL,1.79557848193513298036e+09,1.79557848194659328455e+09,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(3,'m:503:9',503,503,NULL,9,'en','nsfw 1','1:1',NULL,NULL,'failed','2026-11-25',1.79557848195053768158e+09,1,1.79557848195481204985e+09,'764686b8cd5faa5c006a0aa1',1.79557848195856237412e+09,NULL,NULL,'moderated',10,NULL,NULL,NULL,NULL,1.7955784838309614658e+09,1795578483.83669,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(4,'m:503:12',503,503,NULL,12,'en','nsfw 2','1:1',NULL,NULL,'failed','2026-11-25',1.79557848383967089654e+09,1,1.79557848384246873858e+09,'065e02380b2c76c5fb700666',1.79557848384496021275e+09,NULL,NULL,'moderated',13,NULL,NULL,NULL,NULL,1.79557848571746063231e+09,1.7955784857221870422e+09,0,NULL,NULL,0,NULL,'AAEC',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(5,'m:501:19',501,501,NULL,19,'en','running','16:9',NULL,NULL,'running','2026-11-25',1.79557848573555803297e+09,1,1.79557848573887586596e+09,'7ad1f6f140c7c89d09db055b',1.7955784857408394813e+09,NULL,NULL,NULL,20,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(6,'m:501:21',501,501,NULL,21,'en','queued','4:3',NULL,NULL,'delivered','2026-11-25',1.79557848598754787447e+09,1,1790000000.0,'task-1',1790000000.05,'http://media.test/task-1.webp',1.79000000407585048672e+09,NULL,NULL,'f','photo',NULL,1013,1790000004.17,1790000011.33,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(7,'m:7:1',7,7,NULL,1,'en','picture 1','1:1',NULL,NULL,'delivered','2026-09-21',1790000000.0,1,1790000000.0,'task-2',1790000000.05,'http://media.test/task-2.webp',1.79000000407585048672e+09,NULL,1002,'f','photo',NULL,1012,1.79000000412585067747e+09,1.79000000412585067747e+09,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(8,'m:101:1006',101,101,NULL,1006,'en','make it night',NULL,'LARGE',NULL,'failed','2026-09-21',1790000000.01,0,NULL,NULL,NULL,NULL,NULL,'source-gone',1007,NULL,NULL,NULL,NULL,1790000000.01,1790000000.01,0,NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(9,'m:101:1022',101,101,NULL,1022,'en','a bad fox','1:1',NULL,NULL,'failed','2026-09-21',1790000060.03,1,1790000060.03,'task-3',1790000060.08,NULL,NULL,'task-failed',1023,NULL,NULL,NULL,NULL,1.79000006360898947718e+09,1.79000006360898947718e+09,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(10,'m:-1000000000102:1025',102,-1000000000102,NULL,1025,'en','a lake','16:9',NULL,NULL,'delivered','2026-09-21',1790000120.04,1,1790000120.04,'task-4',1790000120.09,'http://media.test/task-4.webp',1.79000012361898946759e+09,NULL,NULL,'f','photo',NULL,1026,1.7900001236689894199e+09,1.7900001236689894199e+09,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(11,'m:501:40',501,501,NULL,40,'en','two foxes','1:1',NULL,NULL,'delivered','2026-11-25',1.79557847661498022075e+09,1,1.79557847662008452415e+09,'51a3e4afcd5e4d0dd0af350c',1.7955784766296334267e+09,'http://media.test/pictures/51a3e4afcd5e4d0dd0af350c.webp',1.79557847998106551168e+09,NULL,2,NULL,NULL,NULL,42,1.79557848004117846492e+09,1.79557848004700946805e+09,0,NULL,NULL,0,NULL,NULL,NULL,NULL,11,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(12,'m:501:40#2',501,501,NULL,40,'en','two foxes','1:1',NULL,NULL,'delivered','2026-11-25',1.79557847661498022075e+09,1,1.79557847662008452415e+09,'51a3e4afcd5e4d0dd0af350c',1.7955784766296334267e+09,'http://media.test/pictures/51a3e4afcd5e4d0dd0af350c.webp',1.79557847998106551168e+09,NULL,2,NULL,NULL,NULL,NULL,1.79557848004117846492e+09,1.79557848004700946805e+09,0,NULL,NULL,0,NULL,NULL,NULL,NULL,11,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(13,'m:-1000000000102:1050',504,-1000000000102,NULL,1050,'en','a harbour','16:9',NULL,NULL,'delivered','2026-10-31',1793456000.25,1,1793456001.75,'task-1051',1793456001.75,'http://media.test/task-1051.webp',1793456006.0,NULL,NULL,'photo-1051','photo',NULL,1051,1793456006.0,1793456006.0,0,4.0,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(14,'m:-1000000000102:1052',102,-1000000000102,NULL,1052,'en','a rude fox','16:9',NULL,NULL,'delivered','2026-10-31',1793456006.0,1,1793456007.5,'task-1053',1793456007.5,'http://media.test/task-1053.webp',1793456011.75,NULL,NULL,'photo-1053','photo',NULL,1053,1793456011.75,1793456011.75,0,4.0,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,1793456011.75,NULL);
INSERT INTO "requests" VALUES(15,'m:-1000000000102:1056',504,-1000000000102,NULL,1056,'en','two boats','16:9',NULL,NULL,'queued','2026-10-31',1793456011.75,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,0,NULL,NULL,NULL,1793456011.75,15,'waiting',NULL,NULL);
INSERT INTO "requests" VALUES(16,'m:-1000000000102:1056+2',504,-1000000000102,NULL,1056,'en','two boats','16:9',NULL,NULL,'queued','2026-10-31',1793456011.75,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,0,NULL,NULL,NULL,1793456011.75,15,'waiting',NULL,NULL);
INSERT INTO "requests" VALUES(17,'m:-1000000000102:1058',504,-1000000000102,NULL,1058,'en','a lighthouse','16:9',NULL,NULL,'failed','2026-10-31',1793456011.75,0,NULL,NULL,NULL,NULL,NULL,'unavailable',NULL,NULL,NULL,NULL,NULL,1793456013.75,1793456013.75,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(18,'m:504:60',504,504,NULL,60,'ru','лодка','9:16',NULL,NULL,'queued','2026-10-31',1793456013.75,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "requests" VALUES(19,'m:102:72',102,102,NULL,72,'en','a paid harbour','16:9',NULL,NULL,'delivered','2026-11-20',1795184002.25,1,1795184002.25,'task-paid',1795184002.25,'http://media.test/task-paid.webp',1795184006.5,NULL,NULL,'photo-paid','photo',NULL,73,1795184006.5,1795184006.5,0,4.0,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'c:charge-pack');
INSERT INTO "requests" VALUES(20,'m:102:74',102,102,NULL,74,'en','a paid lighthouse','16:9',NULL,NULL,'failed','2026-11-20',1795184006.5,0,NULL,NULL,NULL,NULL,NULL,'unavailable',NULL,NULL,NULL,NULL,NULL,1795184008.5,1795184008.5,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'c:charge-pack');
INSERT INTO "requests" VALUES(21,'m:102:75',102,102,NULL,75,'en','a paid boat','16:9',NULL,NULL,'queued','2026-11-20',1795184008.5,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'c:charge-pack');
CREATE TABLE "scheduled_deletions" (
	chat_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	due_at FLOAT NOT NULL, 
	CONSTRAINT pk_deletions PRIMARY KEY (chat_id, message_id)
);
CREATE TABLE searches (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	words TEXT NOT NULL, 
	searched_at FLOAT NOT NULL, 
	CONSTRAINT uq_searches_key UNIQUE ("key")
);
CREATE TABLE star_charges (
	id TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	order_id TEXT, 
	payload TEXT NOT NULL, 
	kind TEXT, 
	stars INTEGER NOT NULL, 
	units INTEGER NOT NULL, 
	language TEXT, 
	paid_at FLOAT NOT NULL, 
	is_renewal BOOLEAN DEFAULT 0 NOT NULL, 
	expires_at FLOAT, 
	income INTEGER, 
	found_by TEXT NOT NULL, 
	told_at FLOAT, 
	CONSTRAINT pk_star_charges PRIMARY KEY (id)
);
INSERT INTO "star_charges" VALUES('charge-pack',102,'token-0000000000000002','token-0000000000000002','pack',50,10,'en',1795184002.0,0,NULL,47,'update',1795184002.25);
INSERT INTO "star_charges" VALUES('charge-refunded',504,'token-0000000000000003','token-0000000000000003','pack',120,30,'ru',1795184010.0,0,NULL,NULL,'update',1795184010.5);
INSERT INTO "star_charges" VALUES('charge-asked',504,'token-0000000000000004','token-0000000000000004','pack',50,10,'ru',1795184013.0,0,NULL,NULL,'update',1795184013.5);
INSERT INTO "star_charges" VALUES('charge-declined',601,'token-0000000000000005','token-0000000000000005','pack',50,10,'en',1795184015.0,0,NULL,NULL,'update',1795184015.5);
INSERT INTO "star_charges" VALUES('charge-unexplained',601,NULL,'nothing',NULL,7,0,NULL,1795184015.0,0,NULL,7,'reconciliation',NULL);
INSERT INTO "star_charges" VALUES('charge-gift',102,'token-0000000000000006','token-0000000000000006','gift',50,10,'en',1795184017.0,0,NULL,NULL,'update',1795184017.5);
INSERT INTO "star_charges" VALUES('charge-open-gift',102,'token-0000000000000008','token-0000000000000008','gift',120,30,'en',1795184019.0,0,NULL,NULL,'update',1795184019.5);
INSERT INTO "star_charges" VALUES('charge-month-1',601,'token-0000000000000010','token-0000000000000010','subscription',250,100,'en',1795184021.0,0,1797776019.0,NULL,'update',1795184021.5);
INSERT INTO "star_charges" VALUES('charge-month-2',601,'token-0000000000000010','token-0000000000000010','subscription',250,100,'en',1797776021.0,1,1800368021.0,NULL,'update',NULL);
CREATE TABLE star_orders (
	id TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	units INTEGER NOT NULL, 
	stars INTEGER NOT NULL, 
	language TEXT NOT NULL, 
	created_at FLOAT NOT NULL, 
	checked_at FLOAT, 
	charge_id TEXT, 
	CONSTRAINT pk_star_orders PRIMARY KEY (id), 
	CONSTRAINT uq_star_orders_cause UNIQUE (cause)
);
INSERT INTO "star_orders" VALUES('token-0000000000000001','p:102:70',102,'pack',30,120,'en',1795184000.25,NULL,NULL);
INSERT INTO "star_orders" VALUES('token-0000000000000002','p:102:71',102,'pack',10,50,'en',1795184000.25,1795184001.75,'charge-pack');
INSERT INTO "star_orders" VALUES('token-0000000000000003','p:504:80',504,'pack',30,120,'ru',1795184008.5,1795184010.0,'charge-refunded');
INSERT INTO "star_orders" VALUES('token-0000000000000004','p:504:81',504,'pack',10,50,'ru',1795184011.5,1795184013.0,'charge-asked');
INSERT INTO "star_orders" VALUES('token-0000000000000005','p:601:82',601,'pack',10,50,'en',1795184013.5,1795184015.0,'charge-declined');
INSERT INTO "star_orders" VALUES('token-0000000000000006','p:102:90',102,'gift',10,50,'en',1795184015.5,1795184017.0,'charge-gift');
INSERT INTO "star_orders" VALUES('token-0000000000000008','p:102:92',102,'gift',30,120,'en',1795184017.5,1795184019.0,'charge-open-gift');
INSERT INTO "star_orders" VALUES('token-0000000000000010','p:601:95',601,'subscription',100,250,'en',1795184019.5,1795184021.0,'charge-month-1');
CREATE TABLE star_refunds (
	charge_id TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	asked_at FLOAT, 
	reason TEXT, 
	decided_by TEXT, 
	decided_at FLOAT, 
	done_at FLOAT, 
	found_by TEXT, 
	told_at FLOAT, 
	CONSTRAINT pk_star_refunds PRIMARY KEY (charge_id)
);
INSERT INTO "star_refunds" VALUES('charge-refunded',504,'done',1795184010.5,'не то','Ada',1795184010.5,1795184011.5,NULL,1795184011.5);
INSERT INTO "star_refunds" VALUES('charge-asked',504,'asked',1795184013.5,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "star_refunds" VALUES('charge-declined',601,'declined',1795184015.5,'too dark','Ada',1795184015.5,NULL,NULL,1795184015.5);
INSERT INTO "star_refunds" VALUES('charge-of-nobody',601,'done',NULL,NULL,NULL,NULL,1795184015.5,'update',NULL);
INSERT INTO "star_refunds" VALUES('charge-unexplained',601,'intended',NULL,NULL,NULL,1795184015.5,NULL,NULL,NULL);
CREATE TABLE star_subscriptions (
	user_id BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	charge_id TEXT NOT NULL, 
	units INTEGER NOT NULL, 
	stars INTEGER NOT NULL, 
	expires_at FLOAT NOT NULL, 
	state TEXT NOT NULL, 
	stopped_by_bot BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_star_subscriptions PRIMARY KEY (user_id)
);
INSERT INTO "star_subscriptions" VALUES(601,'token-0000000000000010','charge-month-2',100,250,1800368021.0,'canceled',1);
CREATE TABLE sticker_sets (
	name TEXT NOT NULL, 
	user_id BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	created BOOLEAN DEFAULT 0 NOT NULL, 
	closed BOOLEAN DEFAULT 0 NOT NULL, 
	forget BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_sticker_sets PRIMARY KEY (name)
);
CREATE TABLE stickers (
	user_id BIGINT NOT NULL, 
	request_id BIGINT NOT NULL, 
	set_name TEXT NOT NULL, 
	uploaded_id TEXT, 
	unique_id TEXT, 
	position INTEGER, 
	file_id TEXT, 
	sent_at FLOAT, 
	CONSTRAINT pk_stickers PRIMARY KEY (user_id, request_id)
);
CREATE TABLE styles (
	user_id BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	label TEXT NOT NULL, 
	template TEXT NOT NULL, 
	saved_at FLOAT NOT NULL, 
	CONSTRAINT pk_styles PRIMARY KEY (user_id, "key")
);
INSERT INTO "styles" VALUES(101,'sketch','sketch','quick sketch of _',1790000000.0);
CREATE INDEX ix_requests_open ON requests (id) WHERE closed_at IS NULL;
CREATE INDEX ix_requests_user_id_chat_id_id ON requests (user_id, chat_id, id);
CREATE INDEX ix_requests_pending ON requests (user_id) WHERE finished_at IS NULL;
CREATE INDEX ix_drafts_chat_id_question_message_id ON drafts (chat_id, question_message_id);
CREATE INDEX ix_inbox_unhandled ON inbox (update_id) WHERE payload IS NOT NULL;
CREATE INDEX ix_moderation_strikes_user_id_struck_at ON moderation_strikes (user_id, struck_at);
CREATE INDEX ix_requests_chat_id_result_message_id ON requests (chat_id, result_message_id) WHERE result_message_id IS NOT NULL;
CREATE INDEX ix_drafts_user_id_chat_id_id ON drafts (user_id, chat_id, id);
CREATE INDEX ix_answers_draft_id ON answers (draft_id);
CREATE INDEX ix_comparisons_chat_id_below ON comparisons (chat_id, below);
CREATE INDEX ix_comparisons_user_id ON comparisons (user_id);
CREATE INDEX ix_inbox_queue_update_id ON inbox (queue, update_id) WHERE queue IS NOT NULL AND payload IS NOT NULL;
CREATE INDEX ix_inline_prompts_user_id ON inline_prompts (user_id);
CREATE INDEX ix_searches_user_id ON searches (user_id);
CREATE INDEX ix_exports_user_id_asked_at ON exports (user_id, asked_at);
CREATE INDEX ix_exports_open ON exports (id) WHERE finished_at IS NULL;
CREATE INDEX ix_sticker_sets_user_id ON sticker_sets (user_id);
CREATE INDEX ix_batches_chat_id_message_id ON batches (chat_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX ix_batches_user_id ON batches (user_id);
CREATE INDEX ix_requests_batch_id ON requests (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX ix_requests_of_groups ON requests (chat_id, id) WHERE chat_id < 0;
CREATE INDEX ix_reports_reporter_id_reported_at ON reports (reporter_id, reported_at);
CREATE INDEX ix_reports_author_id ON reports (author_id);
CREATE INDEX ix_report_messages_report_id ON report_messages (report_id);
CREATE INDEX ix_star_orders_user_id ON star_orders (user_id);
CREATE INDEX ix_star_charges_user_id_paid_at ON star_charges (user_id, paid_at);
CREATE INDEX ix_star_charges_untold ON star_charges (id) WHERE told_at IS NULL;
CREATE INDEX ix_star_refunds_state ON star_refunds (state);
CREATE INDEX ix_star_refunds_untold ON star_refunds (charge_id) WHERE told_at IS NULL;
CREATE INDEX ix_credit_lots_unspent ON credit_lots (user_id) WHERE "left" <> 0;
CREATE INDEX ix_credit_lots_expiring ON credit_lots (expires_at) WHERE expires_at IS NOT NULL AND "left" > 0;
CREATE INDEX ix_credit_entries_user_id_id ON credit_entries (user_id, id);
CREATE INDEX ix_gift_codes_buyer_id ON gift_codes (buyer_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('requests',21);
INSERT INTO "sqlite_sequence" VALUES('reports',2);
INSERT INTO "sqlite_sequence" VALUES('credit_entries',15);
COMMIT;
