"""Everything the bot sends: texts, keyboards, callback data and the rate-limited sender."""
