"""Telegram updates: one router for each feature."""
