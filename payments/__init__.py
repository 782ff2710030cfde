"""Payments in Telegram Stars after Telegram confirmed them: messages about them, refunds, reconciliation."""
