"""The tables. Each change needs a migration; a test compares this module with the migrations.

The condition of an index (`sqlite_where`) holds on PostgreSQL, too. A `postgresql_where` here would import PostgreSQL's
dialect at each start, which takes 0.1 s of CPU; migrations name both.
"""

import sqlalchemy as sa

from storage.column_types import ID, KEY

HEAD = "0016"
"""The newest migration, repeated here so that a start with nothing to migrate does not import Alembic (30 MB)."""
USABLE_FROM = "0007"
"""The oldest HEAD of a program that can use this schema, and so may run beside it (CONTRIBUTING.md, A migration)."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("key", KEY, nullable=False, unique=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("thread_id", sa.BigInteger),
    sa.Column("message_id", sa.BigInteger, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("ratio", sa.Text),
    sa.Column("source_file_id", sa.Text),
    sa.Column("parent_id", sa.BigInteger),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("quota_day", sa.Text, nullable=False),
    sa.Column("accepted_at", sa.Float, nullable=False),
    sa.Column("creates", sa.Integer, nullable=False, server_default="0"),
    sa.Column("started_at", sa.Float),
    sa.Column("task_id", sa.Text),
    sa.Column("running_at", sa.Float),
    sa.Column("picture_url", sa.Text),
    sa.Column("ready_at", sa.Float),
    sa.Column("failure", sa.Text),
    sa.Column("status_message_id", sa.BigInteger),
    sa.Column("file_id", sa.Text),
    sa.Column("file_kind", sa.Text),
    sa.Column("original_file_id", sa.Text),
    sa.Column("result_message_id", sa.BigInteger),
    sa.Column("finished_at", sa.Float),
    sa.Column("closed_at", sa.Float),
    sa.Column("forget", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("cost", sa.Float),
    sa.Column("failure_detail", sa.Text),
    sa.Column("source_spoiler", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("source_unique_id", sa.Text),
    sa.Column("inline_message_id", sa.Text),
    sa.Column("favourite_at", sa.Float),
    sa.Column("asked_at", sa.Float),
    sa.Column("batch_id", sa.BigInteger),
    sa.Column("approval", sa.Text),
    sa.Column("hidden_at", sa.Float),
    sa.Column("credit_lot_id", sa.Text),
    sa.Index(
        "ix_requests_open",
        "id",
        sqlite_where=sa.text("closed_at IS NULL"),
    ),
    sa.Index("ix_requests_user_id_chat_id_id", "user_id", "chat_id", "id"),
    sa.Index("ix_requests_of_groups", "chat_id", "id", sqlite_where=sa.text("chat_id < 0")),
    sa.Index(
        "ix_requests_pending",
        "user_id",
        sqlite_where=sa.text("finished_at IS NULL"),
    ),
    sa.Index(
        "ix_requests_chat_id_result_message_id",
        "chat_id",
        "result_message_id",
        sqlite_where=sa.text("result_message_id IS NOT NULL"),
    ),
    sa.Index(
        "ix_requests_batch_id",
        "batch_id",
        sqlite_where=sa.text("batch_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("delivering_at", sa.Float),
    sa.Column("message_id", sa.BigInteger),
    sa.Column("file_id", sa.Text),
    sa.Column("file_kind", sa.Text),
    sa.Column("cells", sa.Text),
    sa.Column("columns", sa.Integer),
    sa.Column("question_message_id", sa.BigInteger),
    sa.Index(
        "ix_batches_chat_id_message_id",
        "chat_id",
        "message_id",
        sqlite_where=sa.text("message_id IS NOT NULL"),
    ),
    sa.Index("ix_batches_user_id", "user_id"),
)
"""Requests that were made together. `id` is that of the head, the first of them, and `size` their number.

`delivering_at` is the time before the first sending of the grid. `message_id`, `file_id` and `file_kind` are those of
the delivered grid; `cells` are the ids of its requests, separated by commas, in the order of its cells.
`question_message_id` is the message with the question about those of its requests that are asked.
"""

quotas = sa.Table(
    "quotas",
    metadata,
    sa.Column("subject_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("used", sa.Integer, nullable=False),
    sa.CheckConstraint("used >= 0", name="never_negative"),
)
"""Units reserved or kept per UTC day. A subject is a user (positive id) or a group (negative id)."""

member_quotas = sa.Table(
    "member_quotas",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("used", sa.Integer, nullable=False),
    sa.CheckConstraint("used >= 0", name="never_negative"),
)
"""The part of a group's units that each of its members reserved or kept per UTC day."""

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("key", KEY, nullable=False, unique=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("thread_id", sa.BigInteger),
    sa.Column("message_id", sa.BigInteger, nullable=False),
    sa.Column("prompt", sa.Text),
    sa.Column("ratio", sa.Text),
    sa.Column("source_file_id", sa.Text),
    sa.Column("parent_id", sa.BigInteger),
    sa.Column("question_message_id", sa.BigInteger),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("language", sa.Text, nullable=False, server_default="en"),
    sa.Column("refused_at", sa.Float),
    sa.Column("answered_at", sa.Float),
    sa.Column("source_spoiler", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("source_unique_id", sa.Text),
    sa.Column("superseded_at", sa.Float),
    sa.Column("style", sa.Text),
    sa.Column("count", sa.Integer),
    sa.Index("ix_drafts_chat_id_question_message_id", "chat_id", "question_message_id"),
    sa.Index("ix_drafts_user_id_chat_id_id", "user_id", "chat_id", "id"),
)
"""Requests that still lack a prompt or a ratio, and albums that were refused."""

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("draft_id", ID, nullable=False),
    sa.Index("ix_answers_draft_id", "draft_id"),
)
"""The messages that users gave as answers to the question of a draft."""

sticker_sets = sa.Table(
    "sticker_sets",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("created", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("forget", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_sticker_sets_user_id", "user_id"),
)
"""Users' sticker sets at Telegram. `number` counts those of a user; a `closed` one gets no further stickers."""

stickers = sa.Table(
    "stickers",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("request_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("set_name", sa.Text, nullable=False),
    sa.Column("uploaded_id", sa.Text),
    sa.Column("unique_id", sa.Text),
    sa.Column("position", sa.Integer),
    sa.Column("file_id", sa.Text),
    sa.Column("sent_at", sa.Float),
)
"""Stickers of pictures. `position` is the number of stickers in the set before it, `file_id` is set once it is in."""

preferences = sa.Table(
    "preferences",
    metadata,
    sa.Column("subject_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("ratio", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("who", sa.Text),
    sa.Column("daily", sa.Integer),
    sa.Column("style", sa.Text),
    sa.Column("shared_history", sa.Boolean),
    sa.Column("member_daily", sa.Integer),
    sa.Column("spoiler", sa.Boolean),
    sa.Column("approval", sa.Boolean),
)
"""The choices of a user (positive id) or a group (negative id). Only users have a `style`.

Only groups use `who`, `daily`, `member_daily` (of each member), `shared_history`, `spoiler` and `approval`.
"""

group_words = sa.Table(
    "group_words",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("word", sa.Text, primary_key=True),
)
"""Words that a group's admins blocked in their group."""

inline_prompts = sa.Table(
    "inline_prompts",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("key", KEY, nullable=False, unique=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("source_file_id", sa.Text),
    sa.Column("parent_id", sa.BigInteger),
    sa.Column("source_spoiler", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("source_unique_id", sa.Text),
    sa.Column("asked_at", sa.Float, nullable=False),
    sa.Index("ix_inline_prompts_user_id", "user_id"),
)
"""The prompts that inline messages offer to draw, because a button has no room for one."""

styles = sa.Table(
    "styles",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)
"""Users' own templates of prompts. `label` is the name as its user wrote it, `key` one spelling for all alike."""

durations = sa.Table(
    "durations",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("shortest", sa.Float, nullable=False),
    sa.Column("longest", sa.Float, nullable=False),
)
"""Durations of finished tasks in seconds: more than `shortest` (still running then), at most `longest`."""

scheduled_deletions = sa.Table(
    "scheduled_deletions",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("due_at", sa.Float, nullable=False),
)
"""Messages of the bot that are deleted at a set time."""

comparisons = sa.Table(
    "comparisons",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("edit_id", sa.BigInteger, nullable=False),
    sa.Column("below", sa.BigInteger, nullable=False),
    sa.Column("shown_id", sa.BigInteger),
    sa.Column("sent_at", sa.Float, nullable=False),
    sa.Index("ix_comparisons_chat_id_below", "chat_id", "below"),
    sa.Index("ix_comparisons_user_id", "user_id"),
)
"""Messages that show the pictures before an edit. `shown_id` is NULL for a source that the user did not draw."""

searches = sa.Table(
    "searches",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("key", KEY, nullable=False, unique=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("searched_at", sa.Float, nullable=False),
    sa.Index("ix_searches_user_id", "user_id"),
    sqlite_autoincrement=True,
)
"""The words for which a user searched: buttons have no space for them, and name the row instead."""

exports = sa.Table(
    "exports",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("key", KEY, nullable=False, unique=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("asked_at", sa.Float, nullable=False),
    sa.Column("last_id", sa.BigInteger, nullable=False),
    sa.Column("sent_id", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("files", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("finished_at", sa.Float),
    sa.Index("ix_exports_user_id_asked_at", "user_id", "asked_at"),
    sa.Index(
        "ix_exports_open",
        "id",
        sqlite_where=sa.text("finished_at IS NULL"),
    ),
)
"""Everything kept of a user, on its way to them. It covers the requests up to `last_id`.

Those up to `sent_id` are sent, in a number of `files`; `tries` counts the sends of the next file that were begun.
"""

bans = sa.Table(
    "bans",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
)
"""Users and chats (by id) and words that the bot's admins blocked."""

admin_actions = sa.Table(
    "admin_actions",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("cause", KEY, nullable=False, unique=True),
    sa.Column("admin_id", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject_id", sa.BigInteger),
    sa.Column("details", sa.Text),
    sa.Index(
        "ix_admin_actions_subject_id_id",
        "subject_id",
        "id",
        sqlite_where=sa.text("subject_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
"""Actions of the bot's admins, by the message or press that caused each. They are never changed and never deleted.

`subject_id` is the user or chat that an action is about; `details` depend on its kind (storage.admin_actions).
"""

user_limits = sa.Table(
    "user_limits",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("daily", sa.Integer, nullable=False),
)
"""Pictures a UTC day of single users, in the place of the limit of all users."""

daily_statistics = sa.Table(
    "daily_statistics",
    metadata,
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("figures", sa.Text, nullable=False),
)
"""The figures of UTC days that are over and whose requests all ended, as JSON (storage.statistics)."""

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("key", KEY, nullable=False),
    sa.Column("request_id", sa.BigInteger, nullable=False, unique=True),
    sa.Column("author_id", sa.BigInteger, nullable=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.BigInteger),
    sa.Column("chat_title", sa.Text),
    sa.Column("reporter_id", sa.BigInteger),
    sa.Column("reporter_name", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("reported_at", sa.Float, nullable=False),
    sa.Column("decision", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.Float),
    sa.Index("ix_reports_reporter_id_reported_at", "reporter_id", "reported_at"),
    sa.Index("ix_reports_author_id", "author_id"),
    sqlite_autoincrement=True,
)
"""Pictures that were reported to the bot's admins, once each. Those of a batch count as one, that of its head.

`key` is that of the report's cause, and the message is the reported one. `message_id` is NULL after the group got a new
id, and the reporter's columns are NULL after the reporter's /forget. `decided_by` is the name of an admin.
"""

report_messages = sa.Table(
    "report_messages",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("report_id", sa.BigInteger, nullable=False),
    sa.Index("ix_report_messages_report_id", "report_id"),
)
"""The messages that show a report to the bot's admins."""

moderation_strikes = sa.Table(
    "moderation_strikes",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("struck_at", sa.Float, nullable=False),
    sa.Index("ix_moderation_strikes_user_id_struck_at", "user_id", "struck_at"),
)
"""The times at which the provider rejected a user's prompts as unsafe, kept for an hour."""

key_values = sa.Table(
    "key_values",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""Small values that survive a restart: hashes of the command menus, times of alarms, interruptions."""

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("payload", sa.Text),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("queue", sa.Text),
    sa.Index(
        "ix_inbox_unhandled",
        "update_id",
        sqlite_where=sa.text("payload IS NOT NULL"),
    ),
    sa.Index(
        "ix_inbox_queue_update_id",
        "queue",
        "update_id",
        sqlite_where=sa.text("queue IS NOT NULL AND payload IS NOT NULL"),
    ),
)
"""Telegram updates. The payload is cleared once the update is handled; the id stays a day to recognise repeats.

`owner` is the replica that handles an update, and `queue` names the updates that are handled one after the other. Both
are NULL for a single process.
"""

replicas = sa.Table(
    "replicas",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("beat_at", sa.Float, nullable=False),
    sa.Column("dead_at", sa.Float),
    sa.Column("trouble", sa.Text),
)
"""The processes that share the ledger, by an id made at each start. All times are Unix times of the database's clock.

A dead replica's row stays a day as its tombstone. `trouble` names an outage of the provider that the replica notices.
"""

rate_limits = sa.Table(
    "rate_limits",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("free_at", sa.Float, nullable=False),
)
"""Telegram's limits, shared by the replicas: for a chat, or for all as chat 0, the time of the next free message.

Times are Unix times of the database's clock.
"""

star_orders = sa.Table(
    "star_orders",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("cause", KEY, nullable=False, unique=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("stars", sa.Integer, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("checked_at", sa.Float),
    sa.Column("charge_id", sa.Text),
    sa.Index("ix_star_orders_user_id", "user_id"),
)
"""Offers to users, as they were made. `id` is the payload of the invoice, `charge_id` the first charge that paid it.

`cause` is the press or message that asked for it, `checked_at` the time of the last yes to a pre-checkout query.
"""

star_charges = sa.Table(
    "star_charges",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("order_id", sa.Text),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("kind", sa.Text),
    sa.Column("stars", sa.Integer, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("paid_at", sa.Float, nullable=False),
    sa.Column("is_renewal", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("expires_at", sa.Float),
    sa.Column("income", sa.Integer),
    sa.Column("found_by", sa.Text, nullable=False),
    sa.Column("told_at", sa.Float),
    sa.Index("ix_star_charges_user_id_paid_at", "user_id", "paid_at"),
    sa.Index("ix_star_charges_untold", "id", sqlite_where=sa.text("told_at IS NULL")),
)
"""Payments that Telegram confirmed, by `telegram_payment_charge_id`. They are never deleted.

`kind` is NULL, and `units` 0, for a payment that no order or price explains. `expires_at` is the end of the paid period
of a subscription, `income` the Stars that arrived, `told_at` the time at which the confirmation was sent.
"""

star_refunds = sa.Table(
    "star_refunds",
    metadata,
    sa.Column("charge_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", sa.Float),
    sa.Column("reason", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.Float),
    sa.Column("done_at", sa.Float),
    sa.Column("found_by", sa.Text),
    sa.Column("told_at", sa.Float),
    sa.Index("ix_star_refunds_state", "state"),
    sa.Index("ix_star_refunds_untold", "charge_id", sqlite_where=sa.text("told_at IS NULL")),
)
"""Returns of whole charges, each in its state. One from outside may come before its charge is known.

`reason` is empty or NULL after the user's /forget, `found_by` is set for a refund that the bot did not ask for.
"""

credit_lots = sa.Table(
    "credit_lots",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("left", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float),
    sa.Index("ix_credit_lots_unspent", "user_id", sqlite_where=sa.text('"left" <> 0')),
    sa.Index(
        "ix_credit_lots_expiring",
        "expires_at",
        sqlite_where=sa.text('expires_at IS NOT NULL AND "left" > 0'),
    ),
)
"""Credits of one cause: `c:` and a charge, `t:` and the cause of a grant, or `g:` and a gift code.

`left` is the sum of the lot's entries. It is below zero if a refund took units that were used.
"""

credit_entries = sa.Table(
    "credit_entries",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("lot_id", sa.Text, nullable=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("request_id", sa.BigInteger),
    sa.Column("at", sa.Float, nullable=False),
    sa.UniqueConstraint("lot_id", "cause", name="uq_credit_entries_lot_id_cause"),
    sa.Index("ix_credit_entries_user_id_id", "user_id", "id"),
    sqlite_autoincrement=True,
)
"""Changes of lots, in the order of their ids. They are never changed and never deleted."""

star_subscriptions = sa.Table(
    "star_subscriptions",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("charge_id", sa.Text, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("stars", sa.Integer, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("stopped_by_bot", sa.Boolean, nullable=False, server_default=sa.false()),
)
"""The newest subscription of each user. `order_id` is the payload of its invoice, `charge_id` its newest charge.

`expires_at` is the end of the paid period.
"""

subscription_stops = sa.Table(
    "subscription_stops",
    metadata,
    sa.Column("charge_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("wanted_at", sa.Float, nullable=False),
    sa.Column("done_at", sa.Float),
    sa.Index("ix_subscription_stops_open", "charge_id", sqlite_where=sa.text("done_at IS NULL")),
)
"""Subscriptions that the bot cancels at Telegram of its own accord. `charge_id` is their first charge that is known.

`payload` is that of all their payments. `done_at` is the time of Telegram's answer, NULL before it.
"""

gift_codes = sa.Table(
    "gift_codes",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("charge_id", sa.Text, nullable=False, unique=True),
    sa.Column("buyer_id", sa.BigInteger, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("redeemed_by", sa.BigInteger),
    sa.Column("redeemed_at", sa.Float),
    sa.Column("withdrawn_at", sa.Float),
    sa.Index("ix_gift_codes_buyer_id", "buyer_id"),
)
"""Packs that were bought for somebody else. A code is redeemed once, unless a refund withdraws it before."""

accepted_terms = sa.Table(
    "accepted_terms",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)
"""The newest version of the terms of sale that each user accepted."""

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("first_day", sa.Text),
    sa.Column("last_day", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("username", sa.Text),
    sa.Column("private_chat", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("blocked_at", sa.Float),
    sa.Column("unsubscribed_at", sa.Float),
)
"""Users as Telegram showed them last. `first_day` and `last_day` are UTC days, NULL if they are not known.

`language` is that of the user's Telegram app, and `private_chat` says whether the user opened a private chat. A user
whose `blocked_at` is set cannot be written to. After /forget only the row of an unsubscribed user stays, with
`unsubscribed_at` alone. No column has an index, because a change of an indexed column costs more on PostgreSQL.
"""

broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("key", KEY, nullable=False, unique=True),
    sa.Column("admin_id", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.BigInteger, nullable=False),
    sa.Column("keyboard", sa.Text),
    sa.Column("languages", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("due_at", sa.Float),
    sa.Column("panel_message_id", sa.BigInteger),
    sa.Column("total", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_user_id", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("sending_user_id", sa.BigInteger),
    sa.Column("sent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unreachable", sa.Integer, nullable=False, server_default="0"),
    sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unknown", sa.Integer, nullable=False, server_default="0"),
    sa.Column("started_at", sa.Float),
    sa.Column("finished_at", sa.Float),
    sa.Column("shown_at", sa.Float),
    sa.Index("ix_broadcasts_state", "state"),
    sa.Index("ix_broadcasts_admin_id_panel_message_id", "admin_id", "panel_message_id"),
    sqlite_autoincrement=True,
)
"""Messages of bot admins to all users. The original is `message_id` in the private chat of `admin_id` with the bot.

`keyboard` is the JSON of its rows of buttons, and `languages` are the codes of the chosen languages, with commas.
Users get it in the order of their ids: those up to `last_user_id` are done, and `sending_user_id` is stored before the
message to this user is sent. `sent`, `unreachable`, `refused` and `unknown` count the outcomes. `panel_message_id` is
the message with its buttons and its progress, and `shown_at` the time at which this showed the end.
"""
