"""Imports aiogram as the bot does (bot/aiogram_import.py): a plugin of pytest, and the fork server's first import."""

from bot.aiogram_import import import_aiogram

import_aiogram()
