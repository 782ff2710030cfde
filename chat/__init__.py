"""Floor 2: everything the bot says: texts, captions, keyboards, callback data and the rate-limited sender."""
