"""Floor 1: the ledger. SQLite tables, migrations, requests, quotas, drafts, preferences and the inbox of updates."""
