"""The domain of payments in Telegram Stars (docs/payments.md)."""
