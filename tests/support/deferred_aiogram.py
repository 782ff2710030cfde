"""A plugin of pytest: imports aiogram as the bot does, before any test module imports it (bot/aiogram_import.py)."""

from bot.aiogram_import import import_aiogram

import_aiogram()
