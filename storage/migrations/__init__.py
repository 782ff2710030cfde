"""Alembic migrations. Each is named by its number and says what it changes for whoever runs the bot."""
